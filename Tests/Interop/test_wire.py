"""What JavaScript, Swift and Dart clients speak: serializer 2.0.0, frame for frame."""

import asyncio
import json
import unittest

import websockets

from apus import ROOT, Apus
from people import WAIT_SECONDS, Person


class Wire(unittest.IsolatedAsyncioTestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Apus(ROOT / "Schemas", ROOT / "Migrations").start()

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    async def asyncSetUp(self):
        asyncio.get_running_loop().slow_callback_duration = WAIT_SECONDS

    def socket(self, query="vsn=2.0.0", key=None):
        key = key or self.server.keys["anon"]
        url = self.server.url.replace("http", "ws", 1)
        return websockets.connect(f"{url}/realtime/v1/websocket?apikey={key}&{query}")

    async def receive(self, socket):
        return json.loads(await asyncio.wait_for(socket.recv(), WAIT_SECONDS))

    async def test_a_channel_from_join_to_leave(self):
        ada = await Person.sign_up(self.server, "ada")
        room = await ada.make_room("wired")
        token = (await ada.client.auth.get_session()).access_token
        item = {"event": "*", "schema": "public", "table": "messages", "filter": f"room_id=eq.{room}"}
        topic = "realtime:any:name"
        async with self.socket() as socket:
            await socket.send(json.dumps([None, "1", "phoenix", "heartbeat", {}]))
            self.assertEqual(
                await self.receive(socket),
                [None, "1", "phoenix", "phx_reply", {"status": "ok", "response": {}}])
            payload = {"config": {"postgres_changes": [item]}, "access_token": token}
            await socket.send(json.dumps(["2", "2", topic, "phx_join", payload]))
            reply = await self.receive(socket)
            [echo] = reply[4]["response"]["postgres_changes"]
            self.assertEqual(echo, {**item, "id": echo["id"]})
            self.assertEqual(reply[:4], ["2", "2", topic, "phx_reply"])
            system = await self.receive(socket)
            self.assertEqual(system[:4], [None, None, topic, "system"])
            said = await ada.say(room, "over the wire")
            change = await self.receive(socket)
            self.assertEqual(change[:4], [None, None, topic, "postgres_changes"])
            self.assertEqual(change[4]["ids"], [echo["id"]])
            self.assertEqual(change[4]["data"]["record"], said)
            await socket.send(json.dumps(["2", "3", topic, "phx_leave", {}]))
            self.assertEqual((await self.receive(socket))[1:4], ["3", topic, "phx_reply"])
            self.assertEqual(await self.receive(socket), ["2", "2", topic, "phx_close", {}])
        await ada.leave()

    async def test_upgrades_are_refused_with_a_reason(self):
        for query, key, status in [("vsn=9.0.0", None, 403), ("vsn=2.0.0", "nonsense", 401)]:
            with self.assertRaises(websockets.exceptions.InvalidStatus) as refusal:
                async with self.socket(query, key):
                    pass
            self.assertEqual(refusal.exception.response.status_code, status)
            self.assertIn("error", json.loads(refusal.exception.response.body))

    async def test_bad_messages_are_dropped_and_the_socket_lives(self):
        async with self.socket() as socket:
            for text in ["", "{", "[]", "null", '["1"]', '{"topic":"x"}']:
                await socket.send(text)
            await socket.send(bytes([3, 255, 255]))
            await socket.send(json.dumps([None, "1", "realtime:x", "broadcast", {}]))
            reply = await self.receive(socket)
            self.assertEqual(reply[4], {"status": "error", "response": {"reason": "unmatched topic"}})

    async def test_a_broken_frame_closes_only_its_socket(self):
        async with self.socket() as good:
            bad = await self.socket()
            bad.transport.write(b"\xff\xff\xff\xff")
            with self.assertRaises(websockets.exceptions.ConnectionClosed):
                await self.receive(bad)
            await good.send(json.dumps([None, "1", "phoenix", "heartbeat", {}]))
            self.assertEqual((await self.receive(good))[1], "1")


if __name__ == "__main__":
    unittest.main()
