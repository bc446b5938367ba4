"""Models and columns of names that need quotes, through the stock client as it is."""

import asyncio

from postgrest.exceptions import APIError
from supabase import acreate_client, create_client

from apus import ServedModels
from people import WAIT_SECONDS, Feed

# The client's own filters quote the last two by themselves, and no others: what it would have to be
# given in quotes, it quotes again.
FILTERED = ["firstName", "first name", "naïve", "a,b", "x(y)"]
NAMES = FILTERED + ["a.b", "order", "it's", "100%"]


def quoted(name):
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def model(name):
    return {
        "properties": {
            "id": {"type": "integer"},
            name: {"type": "string"},
            "up": {"type": "integer", "references": {
                "model": name, "as": "above", "name": f"{name} up"}},
        },
        "unique": [[name]],
        "realtime": True,
        "access": {"all": True},
    }


def having(query, name, value):
    if name in FILTERED:
        return query.eq(name, value)
    return query.or_(f"{quoted(name)}.eq.{value}")


class Names(ServedModels):
    MODELS = {name: model(name) for name in NAMES}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = create_client(cls.server.url, cls.server.keys["anon"])

    def test_rows_are_written_and_read(self):
        for name in NAMES:
            with self.subTest(name=name):
                column = quoted(name)
                table = self.client.table(name)
                table.insert([{"id": 1, name: "one"}, {"id": 2, name: "two", "up": 1}]).execute()
                found = having(table.select(f"id,{column}"), name, "two").execute()
                self.assertEqual(found.data, [{"id": 2, name: "two"}])
                found = table.select("id").order(column, desc=True).execute()
                self.assertEqual([row["id"] for row in found.data], [2, 1])
                found = table.select("id").or_(f"{column}.eq.one,{column}.is.null").execute()
                self.assertEqual(found.data, [{"id": 1}])
                found = table.select(f"id,above({column})").eq("id", 2).execute()
                self.assertEqual(found.data, [{"id": 2, "above": {name: "one"}}])
                below = f"below:{column}!{quoted(name + ' up')}(id)"
                found = table.select(f"id,{below}").eq("id", 1).execute()
                self.assertEqual(found.data, [{"id": 1, "below": [{"id": 2}]}])
                table.upsert({"id": 2, name: "two", "up": None}, on_conflict=column).execute()
                self.assertEqual(
                    having(table.update({name: "zwei"}), name, "two").execute().data,
                    [{"id": 2, name: "zwei", "up": None}])
                with self.assertRaises(APIError) as refusal:
                    table.insert({"id": 3, "up": 9}).execute()
                self.assertEqual(refusal.exception.code, "23503")
                self.assertIn(f'"{name} up"', refusal.exception.message)
                self.assertEqual(len(having(table.delete(), name, "zwei").execute().data), 1)
                table.delete().eq("id", 1).execute()

    def test_rows_are_told_of(self):
        asyncio.run(self.follow())

    async def follow(self):
        asyncio.get_running_loop().slow_callback_duration = WAIT_SECONDS
        client = await acreate_client(self.server.url, self.server.keys["anon"])
        for name in NAMES:
            feed = Feed()
            await feed.open(client, name, "INSERT", {"filter": f"{quoted(name)}=eq.live"})
            await client.table(name).insert({"id": 9, name: "live"}).execute()
            await feed.until(lambda change: change["record"][name] == "live")
            await client.table(name).delete().eq("id", 9).execute()
        await client.remove_all_channels()
        await client.realtime.close()
