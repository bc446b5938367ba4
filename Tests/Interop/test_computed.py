"""Columns that the server computes, through the stock client as it is."""

import asyncio

from postgrest.exceptions import APIError
from supabase import acreate_client, create_client

from apus import ServedModels
from people import WAIT_SECONDS, Feed

PEOPLE = {
    "properties": {
        "id": {"type": "integer"},
        "first": {"type": "string"},
        "last": {"type": "string"},
        "name": {"type": "string", "computed": "first || ' ' || last"},
        "size": {"type": "integer", "computed": "length(first) + length(last)", "stored": True},
    },
    "required": ["first", "last"],
    "unique": [["name"]],
    "realtime": True,
    "access": {"all": True},
}


class Computed(ServedModels):
    MODELS = {"people": PEOPLE}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = create_client(cls.server.url, cls.server.keys["anon"])
        cls.service = create_client(cls.server.url, cls.server.keys["service_role"])

    def setUp(self):
        self.client.table("people").delete().gt("id", 0).execute()

    def test_values_follow_what_they_are_computed_of(self):
        people = self.client.table("people")
        rows = [{"id": 1, "first": "Ada", "last": "Byron"}, {"id": 2, "first": "Bo", "last": "Li"}]
        made = people.insert(rows).execute().data
        self.assertEqual([row["name"] for row in made], ["Ada Byron", "Bo Li"])
        changed = people.update({"last": "Lovelace"}).eq("name", "Ada Byron").execute().data
        self.assertEqual((changed[0]["name"], changed[0]["size"]), ("Ada Lovelace", 11))
        merged = people.upsert({"id": 2, "first": "Bo", "last": "Lee"}).execute().data
        self.assertEqual(merged[0]["name"], "Bo Lee")
        found = people.select("id").like("name", "A%").gt("size", 5).order("size").execute().data
        self.assertEqual(found, [{"id": 1}])

    def test_nobody_writes_them(self):
        for client in (self.client, self.service):
            people = client.table("people")
            for write in (
                people.insert({"id": 3, "first": "a", "last": "b", "name": "c"}),
                people.update({"size": 3}).eq("id", 1),
                people.upsert({"id": 3, "first": "a", "last": "b", "size": None}),
            ):
                with self.assertRaises(APIError) as refused:
                    write.execute()
                self.assertEqual(refused.exception.code, "428C9")
                self.assertIn("is a generated column.", refused.exception.details)

    def test_constraints_hold_of_them(self):
        people = self.client.table("people")
        people.insert({"id": 1, "first": "a b", "last": "c"}).execute()
        with self.assertRaises(APIError) as refused:
            people.insert({"id": 2, "first": "a", "last": "b c"}).execute()
        self.assertEqual(refused.exception.code, "23505")

    def test_feeds_tell_them(self):
        asyncio.run(self.follow())

    async def follow(self):
        asyncio.get_running_loop().slow_callback_duration = WAIT_SECONDS
        client = await acreate_client(self.server.url, self.server.keys["anon"])
        feed = Feed()
        await feed.open(client, "people", "UPDATE", {"filter": "name=eq.Cy Day"})
        people = client.table("people")
        await people.insert({"id": 9, "first": "Cy", "last": "Dee"}).execute()
        await people.update({"last": "Day"}).eq("id", 9).execute()
        await feed.until(lambda change: change["record"]["size"] == 5)
        await client.remove_all_channels()
        await client.realtime.close()
