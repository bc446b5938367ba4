"""Signed-in users of the sample, and what they see live."""

import asyncio
import uuid

from supabase import acreate_client

WAIT_SECONDS = 20


class Person:
    """One user with a stock client and a profile."""

    def __init__(self, client, user, name):
        self.client = client
        self.id = user.id
        self.name = name

    @classmethod
    async def sign_up(cls, server, name):
        client = await acreate_client(server.url, server.keys["anon"])
        username = f"{name}_{uuid.uuid4().hex[:8]}"
        answer = await client.auth.sign_up(
            {"email": f"{username}@example.com", "password": "correct horse battery"})
        assert answer.session is not None, "sign-up should answer a session"
        person = cls(client, answer.user, username)
        await client.table("profiles").insert({"username": username, "full_name": name}).execute()
        return person

    def table(self, name):
        return self.client.table(name)

    async def make_room(self, name):
        answer = await self.table("rooms").insert({"name": name}).execute()
        return answer.data[0]["id"]

    async def invite(self, room, person):
        await self.table("members").insert({"room_id": room, "user_id": person.id}).execute()

    async def remove(self, room, person):
        answer = await (
            self.table("members").delete().eq("room_id", room).eq("user_id", person.id).execute())
        assert len(answer.data) == 1

    async def say(self, room, body):
        answer = await self.table("messages").insert({"room_id": room, "body": body}).execute()
        return answer.data[0]

    async def watch(self, table="messages", event="*", **options):
        feed = Feed()
        await feed.open(self.client, table, event, options)
        return feed

    async def leave(self):
        await self.client.remove_all_channels()
        await self.client.realtime.close()


class Feed:
    """The changes one channel has received."""

    def __init__(self):
        self.changes = []
        self.errors = []
        self._arrived = asyncio.Condition()
        self._live = asyncio.Event()

    async def open(self, client, table, event, options):
        self.channel = client.channel(f"feed-{uuid.uuid4().hex[:8]}")
        self.channel.on_postgres_changes(
            event, callback=self._take, schema="public", table=table, **options)
        self.channel.on_system(self._system)
        await self.channel.subscribe(self._state)
        await asyncio.wait_for(self._live.wait(), WAIT_SECONDS)

    def _system(self, payload):
        if payload.message == "Subscribed to PostgreSQL":
            self._live.set()

    def _state(self, state, error):
        if error:
            self.errors.append(error)

    def _take(self, payload):
        self.changes.append(payload["data"])
        asyncio.ensure_future(self._announce())

    async def _announce(self):
        async with self._arrived:
            self._arrived.notify_all()

    async def until(self, condition):
        """Waits until a change satisfies the condition; the sentinel that replaces sleeping."""
        async def wait():
            async with self._arrived:
                await self._arrived.wait_for(lambda: any(map(condition, self.changes)))
        try:
            await asyncio.wait_for(wait(), WAIT_SECONDS)
        except asyncio.TimeoutError:
            raise AssertionError(f"the change did not come; seen: {self.changes}") from None
        return next(change for change in self.changes if condition(change))

    async def until_body(self, body):
        return await self.until(lambda change: change.get("record", {}).get("body") == body)

    def bodies(self):
        return [change["record"]["body"] for change in self.changes if "record" in change]
