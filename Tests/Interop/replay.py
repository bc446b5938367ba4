"""Walks the recording on a fresh server and judges every answer by the tables."""

from collections import Counter

from answers_auth import AUTH
from answers_others import OTHERS
from answers_rest import REST
from recorded import BROWSER_IDS, RECORDING, Values, send

ANSWERS = {**AUTH, **REST, **OTHERS}


def is_plain(recorded):
    """Whether an exchange is a request with an answer, and no WebSocket."""
    return recorded["server_said"] != 101


class Replay:
    def __init__(self, server, summary, send=send, **values):
        self.server, self.summary, self.send = server, summary, send
        self.values = Values(server, **values)
        self.seen = Counter()

    def walk(self, sockets=None):
        """Every exchange as it was recorded, with the WebSockets that were open meanwhile."""
        exchanges = RECORDING["exchanges"]
        for index, exchange in enumerate(exchanges):
            if is_plain(exchange):
                self.play(exchange)
            elif sockets:
                sockets.open(self.values.request(exchange).target)
            if sockets:
                later = {other["call"] for other in exchanges[index + 1:] if is_plain(other)}
                sockets.play(later, self.values)
        if sockets:
            sockets.close()

    def walk_as_browser(self):
        """Every exchange, in Chromium's shape where Chromium was recorded."""
        shapes = {}
        for shape in RECORDING["browser"]:
            shapes.setdefault((shape["call"], shape["request"]["method"]), shape)
        for exchange in filter(is_plain, RECORDING["exchanges"]):
            shape = shapes.pop((exchange["call"], exchange["request"]["method"]), None)
            self.play(shape or exchange, BROWSER_IDS if shape else {})
        return [call for (call, _), shape in shapes.items() if is_plain(shape)]

    def play(self, recorded, names={}):
        """Sends one request and judges the answer by the call's next row."""
        call = recorded["call"]
        request = self.values.request(recorded, names)
        answer = self.send(self.server, request)
        rows = ANSWERS.get(call, [])
        if self.seen[call] < len(rows):
            self.values.learn(call, answer)
            self.summary.judge(call, rows[self.seen[call]], request, answer, self.values)
        else:
            self.summary.faults.append(f"{call}: request {self.seen[call] + 1} is in no table")
        self.seen[call] += 1
        return answer


def table_faults():
    """Where the tables and the recording differ: each request has one row, each row a request."""
    requests = filter(is_plain, RECORDING["exchanges"] + RECORDING["node"])
    recorded = Counter(request["call"] for request in requests)
    rows = {call: len(rows) for call, rows in ANSWERS.items()}
    return sorted(set(recorded.items()) ^ set(rows.items()))
