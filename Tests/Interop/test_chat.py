"""The team chat of Schemas/, played by three people with the stock client."""

import asyncio
import unittest

from postgrest.exceptions import APIError

from apus import ROOT, Apus
from people import WAIT_SECONDS, Person


class ChatCase(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Apus(ROOT / "Schemas", ROOT / "Migrations").start()

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        assert code == 0, f"the server ended with {code}"

    async def asyncSetUp(self):
        asyncio.get_running_loop().slow_callback_duration = WAIT_SECONDS
        self.ada, self.grace, self.eve = await asyncio.gather(
            *(Person.sign_up(self.server, name) for name in ("ada", "grace", "eve")))

    async def asyncTearDown(self):
        for person in (self.ada, self.grace, self.eve):
            await person.leave()


class RoomsAndMessages(ChatCase):
    async def test_authors_are_embedded(self):
        room = await self.ada.make_room("engine room")
        await self.ada.invite(room, self.grace)
        await self.ada.say(room, "first")
        await self.grace.say(room, "second")
        answer = await (
            self.grace.table("messages").select("body,author:profiles(username),room:rooms(name)")
            .eq("room_id", room).order("created_at").execute())
        self.assertEqual(answer.data, [
            {"body": "first", "author": {"username": self.ada.name}, "room": {"name": "engine room"}},
            {"body": "second", "author": {"username": self.grace.name}, "room": {"name": "engine room"}},
        ])

    async def test_a_stranger_reads_and_writes_nothing(self):
        room = await self.ada.make_room("closed")
        await self.ada.say(room, "secret")
        answer = await self.eve.table("messages").select("*").eq("room_id", room).execute()
        self.assertEqual(answer.data, [])
        with self.assertRaises(APIError) as refusal:
            await self.eve.say(room, "let me in")
        self.assertEqual(refusal.exception.code, "42501")

    async def test_members_are_embedded_in_rooms(self):
        room = await self.ada.make_room("pair")
        await self.ada.invite(room, self.grace)
        answer = await (
            self.ada.table("rooms").select("name,members(role,user:profiles(username))")
            .eq("id", room).single().execute())
        self.assertEqual(answer.data, {
            "name": "pair", "members": [{"role": "member", "user": {"username": self.grace.name}}]})

    async def test_constraints_are_named(self):
        room = await self.ada.make_room("strict")
        for row, code in [
            ({"room_id": room, "body": ""}, "23514"), ({"room_id": room}, "23502"),
            ({"room_id": "not-a-uuid", "body": "x"}, "22P02"),
        ]:
            with self.assertRaises(APIError) as refusal:
                await self.ada.table("messages").insert(row).execute()
            self.assertEqual(refusal.exception.code, code)


class Live(ChatCase):
    async def test_a_member_sees_insert_update_and_delete(self):
        room = await self.ada.make_room("live")
        await self.ada.invite(room, self.grace)
        feed = await self.grace.watch(filter=f"room_id=eq.{room}")
        said = await self.ada.say(room, "hello")
        await feed.until_body("hello")
        await self.ada.table("messages").update({"body": "hello!"}).eq("id", said["id"]).execute()
        await feed.until_body("hello!")
        await self.ada.table("messages").delete().eq("id", said["id"]).execute()
        await feed.until(lambda change: change["type"] == "DELETE")
        insert, update, delete = feed.changes
        self.assertEqual(insert["type"], "INSERT")
        self.assertEqual(insert["record"], said)
        self.assertNotIn("old_record", insert)
        self.assertEqual(update["type"], "UPDATE")
        self.assertEqual(update["old_record"], {"id": said["id"]})
        self.assertEqual(delete["old_record"], {"id": said["id"]})
        self.assertNotIn("record", delete)
        names = {column["name"]: column["type"] for column in insert["columns"]}
        self.assertEqual(names["id"], "uuid")
        self.assertEqual(names["mentions"], "jsonb")
        self.assertEqual(names["created_at"], "timestamptz")
        self.assertEqual(feed.errors, [])

    async def test_a_stranger_receives_nothing(self):
        room = await self.ada.make_room("private")
        await self.ada.invite(room, self.grace)
        own = await self.eve.make_room("eve's")
        members, strangers = await self.grace.watch(), await self.eve.watch()
        said = await self.ada.say(room, "between us")
        await self.ada.table("messages").update({"body": "still"}).eq("id", said["id"]).execute()
        await self.ada.table("messages").delete().eq("id", said["id"]).execute()
        await members.until(lambda change: change["type"] == "DELETE")
        await self.eve.say(own, "sentinel")
        await strangers.until_body("sentinel")
        self.assertEqual(strangers.bodies(), ["sentinel"])
        self.assertEqual(len(strangers.changes), 1)
        self.assertEqual(members.bodies(), ["between us", "still"])

    async def test_a_removed_member_stops_receiving(self):
        room = await self.ada.make_room("shrinking")
        own = await self.grace.make_room("grace's")
        await self.ada.invite(room, self.grace)
        feed, kept = await self.grace.watch(), await self.ada.watch()
        await self.ada.say(room, "while a member")
        await feed.until_body("while a member")
        await self.ada.remove(room, self.grace)
        await self.ada.say(room, "after the end")
        await kept.until_body("after the end")
        await self.grace.say(own, "sentinel")
        await feed.until_body("sentinel")
        self.assertEqual(feed.bodies(), ["while a member", "sentinel"])

    async def test_the_wrong_filter_is_told_and_the_right_rows_come(self):
        first, second = await self.ada.make_room("one"), await self.ada.make_room("two")
        feed = await self.ada.watch(event="INSERT", filter=f"room_id=eq.{second}")
        await self.ada.say(first, "elsewhere")
        await self.ada.say(second, "sentinel")
        await feed.until_body("sentinel")
        self.assertEqual(feed.bodies(), ["sentinel"])
        channel = self.ada.client.channel("bad")
        told = asyncio.get_running_loop().create_future()

        def state(_, error):
            if error and not told.done():
                told.set_result(str(error))

        channel.on_postgres_changes(
            "*", callback=print, schema="public", table="messages", filter="nothing=eq.1")
        await channel.subscribe(state)
        self.assertIn("nothing", await asyncio.wait_for(told, WAIT_SECONDS))
        await channel.unsubscribe()


class PowerCut(ChatCase):
    async def test_everything_acknowledged_survives(self):
        room = await self.ada.make_room("durable")
        acknowledged = []

        async def talk(speaker):
            try:
                for number in range(10_000):
                    said = await self.ada.say(room, f"{speaker}/{number}")
                    acknowledged.append(said["id"])
            except Exception:
                return  # the server is gone; what was not acknowledged may be lost

        speakers = [asyncio.create_task(talk(speaker)) for speaker in range(8)]
        while len(acknowledged) < 200:
            await asyncio.sleep(0.005)
        self.server.kill()
        await asyncio.gather(*speakers)
        self.server.start()
        self.server.wait_until_ready()
        kept = await self.all_ids(room)
        self.assertGreaterEqual(len(acknowledged), 200)
        self.assertEqual(set(acknowledged) - kept, set())
        # Sessions and feeds go on as well.
        feed = await self.ada.watch(filter=f"room_id=eq.{room}")
        await self.ada.say(room, "after the cut")
        await feed.until_body("after the cut")

    async def all_ids(self, room):
        ids, page = set(), 500
        while True:
            answer = await (
                self.ada.table("messages").select("id").eq("room_id", room).order("id")
                .range(len(ids), len(ids) + page - 1).execute())
            ids.update(row["id"] for row in answer.data)
            if len(answer.data) < page:
                return ids


del ChatCase  # the base has no tests of its own

if __name__ == "__main__":
    unittest.main()
