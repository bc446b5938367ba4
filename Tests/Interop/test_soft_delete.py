"""Deletions that can be taken back, through the stock client as it is."""

import asyncio

from supabase import acreate_client, create_client

from apus import ServedModels
from people import WAIT_SECONDS, Feed

NOTES = {
    "softDelete": True,
    "properties": {"id": {"type": "integer"}, "text": {"type": "string"}},
    "realtime": True,
    "access": {"all": True},
}


class SoftDelete(ServedModels):
    MODELS = {"notes": NOTES}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = create_client(cls.server.url, cls.server.keys["anon"])
        cls.service = create_client(cls.server.url, cls.server.keys["service_role"])

    def setUp(self):
        trash = self.service.table("notes")
        trash.delete().gt("id", 0).execute()
        trash.delete().not_.is_("deleted_at", "null").execute()

    def test_rows_are_deleted_restored_and_purged(self):
        notes, trash = self.client.table("notes"), self.service.table("notes")
        notes.insert([{"id": 1, "text": "a"}, {"id": 2, "text": "b"}]).execute()
        deleted = notes.delete().eq("id", 1).execute().data
        self.assertEqual(deleted[0]["text"], "a")
        self.assertIsNotNone(deleted[0]["deleted_at"])
        self.assertEqual([row["id"] for row in notes.select("id").execute().data], [2])
        self.assertEqual(notes.select("id").not_.is_("deleted_at", "null").execute().data, [])
        self.assertEqual([row["id"] for row in trash.select("id").execute().data], [2])
        found = trash.select("id").not_.is_("deleted_at", "null").execute().data
        self.assertEqual(found, [{"id": 1}])
        trash.update({"deleted_at": None}).not_.is_("deleted_at", "null").execute()
        self.assertEqual(notes.select("id", count="exact").execute().count, 2)
        notes.delete().eq("id", 2).execute()
        purged = trash.delete().not_.is_("deleted_at", "null").execute().data
        self.assertEqual([row["id"] for row in purged], [2])

    def test_feeds_tell_of_deletions_and_restorations(self):
        asyncio.run(self.follow())

    async def follow(self):
        asyncio.get_running_loop().slow_callback_duration = WAIT_SECONDS
        client = await acreate_client(self.server.url, self.server.keys["anon"])
        service = await acreate_client(self.server.url, self.server.keys["service_role"])
        gone, came = Feed(), Feed()
        await gone.open(client, "notes", "DELETE", {})
        await came.open(client, "notes", "INSERT", {"filter": "text=eq.live"})
        await client.table("notes").insert({"id": 9, "text": "live"}).execute()
        await client.table("notes").delete().eq("id", 9).execute()
        await gone.until(lambda change: change["old_record"]["id"] == 9)
        trash = service.table("notes").update({"deleted_at": None})
        await trash.eq("id", 9).not_.is_("deleted_at", "null").execute()
        async with asyncio.timeout(WAIT_SECONDS):
            while len(came.changes) < 2:
                await asyncio.sleep(0.01)
        self.assertEqual([change["record"]["id"] for change in came.changes], [9, 9])
        await client.remove_all_channels()
        await client.realtime.close()
