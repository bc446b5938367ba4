"""Stock clients with keys and tokens of secrets that no file has."""

import asyncio
import unittest

from apus import ROOT, Apus
from people import WAIT_SECONDS, Person

SOURCES = {
    "environment": {"APUS_JWT_SECRET": "a secret that every node is given by hand"},
    "database": {"APUS_SECRETS_KEY": "a key that every node is given by hand"},
}
OTHERS = {"APUS_JWT_SECRET": "another secret, which is as long as that"}


class Secrets(unittest.IsolatedAsyncioTestCase):
    async def test_keys_and_sessions_outlive_the_server(self):
        for source, environment in SOURCES.items():
            with self.subTest(source):
                server = Apus(ROOT / "Schemas", ROOT / "Migrations", environment).start()
                try:
                    await self.outlive(server)
                finally:
                    self.assertEqual(server.stop(), 0)

    async def outlive(self, server):
        asyncio.get_running_loop().slow_callback_duration = WAIT_SECONDS
        keys = server.keys
        ada = await Person.sign_up(server, "ada")
        room = await ada.make_room("attic")
        server.kill()
        server.environment, mine = OTHERS, server.environment
        with self.assertRaisesRegex(RuntimeError, "secrets come from APUS_JWT_SECRET"):
            server.start()
        server.environment = mine
        server.start()
        self.assertEqual(server.keys, keys)
        self.assertFalse((server.directory / ".apus/secrets.json").exists())
        answer = await ada.table("rooms").select("name").eq("id", room).execute()
        self.assertEqual(answer.data, [{"name": "attic"}])
        await ada.client.auth.sign_in_with_password(
            {"email": f"{ada.name}@example.com", "password": "correct horse battery"})
        await ada.leave()
