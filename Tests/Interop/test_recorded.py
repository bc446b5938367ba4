"""Stock supabase-js, as recorded: what is built is answered as the protocol says, what is not with
its documented error. The tables `answers_*.py` say which is which, and are closed."""

import unittest

from expectation import Summary
from recorded import RECORDING, Values, send, start_server
from replay import Replay, table_faults
from sockets import Sockets


class Recorded(unittest.TestCase):
    """Every walk has a server of its own: sign-ups of one address are limited."""

    def setUp(self):
        self.server = start_server()
        self.addCleanup(self.server.stop)
        self.summary = Summary()

    def test_exchanges_and_sockets(self):
        Replay(self.server, self.summary).walk(Sockets(self.server, self.summary))
        self.summary.finish("exchanges and sockets")

    def test_exchanges_in_the_shape_of_a_browser(self):
        left = Replay(self.server, self.summary).walk_as_browser()
        self.assertEqual(left, [], "shapes that were not sent")
        self.summary.finish("exchanges, Chromium's shapes among them")

    def test_exchanges_in_the_shape_of_node(self):
        replay = Replay(self.server, self.summary)
        for recorded in RECORDING["node"]:
            replay.play(recorded)
        self.summary.finish("Node's shapes")

    def test_preflights(self):
        values = Values(self.server)
        # No preflight is answered by what its path names.
        for name in ("user_id", "uuid_1", "uuid_2"):
            values.known[name] = values.known["uuid"]
        for recorded in RECORDING["preflights"]:
            request = values.request(recorded)
            answer = send(self.server, request)
            with self.subTest(f"{request.field('access-control-request-method')} {request.target}"):
                self.assertEqual(answer.status, 200)
                for name in ("origin", "methods", "headers"):
                    self.assertEqual(len(answer.all(f"access-control-allow-{name}")), 1)
                self.assertEqual(answer.all("access-control-allow-origin"), ["*"])
                self.assertLessEqual(asked(request, "headers"), allowed(answer, "headers"))
                self.assertLessEqual(asked(request, "method"), allowed(answer, "methods"))

    def test_the_tables_are_closed(self):
        self.assertEqual(table_faults(), [])


def asked(request, what):
    return elements(request.field(f"access-control-request-{what}"))


def allowed(answer, what):
    return elements(answer.field(f"access-control-allow-{what}"))


def elements(text):
    return {element.strip().lower() for element in text.split(",")}


if __name__ == "__main__":
    unittest.main()
