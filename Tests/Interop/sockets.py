"""Plays the recorded WebSocket frames and judges what comes back by the table."""

import base64
import datetime
import json
import time

from websockets.sync.client import connect

from answers_sockets import SOCKETS
from recorded import RECORDING, WAIT_SECONDS

HEARTBEAT = json.dumps([None, "last", "phoenix", "heartbeat", {}])


class Sockets:
    """The sockets of one walk, in the order in which they were opened."""

    def __init__(self, server, summary):
        self.base, self.summary = server.url.replace("http", "ws", 1), summary
        self.number, self.socket, self.waiting, self.joined = 0, {}, {}, {}
        for entry in RECORDING["websocket"]:
            self.waiting.setdefault(entry["socket"], []).append(entry)
        self.unused = {(number, call) for number, rows in SOCKETS.items() for call in rows}

    def open(self, target):
        self.number += 1
        self.socket[self.number] = connect(self.base + target, open_timeout=WAIT_SECONDS)

    def play(self, later, values):
        """Plays what was sent before the next plain exchange: the calls that are not in `later`."""
        for number in self.socket:
            entries = self.waiting[number]
            while entries and entries[0]["call"] not in later:
                self._play(number, entries.pop(0), values)
        self._expect_rest(later)

    def close(self):
        for number, socket in self.socket.items():
            socket.close()
            for entry in self.waiting[number]:
                self._fault(number, entry["call"], "was not played")
        for number, call in sorted(self.unused):
            self._fault(number, call, "is in the table and not in the recording")

    def _play(self, number, entry, values):
        socket = self.socket[number]
        if any("phx_join" in frame for frame in entry["sent"]):
            self.joined[number] = datetime.datetime.now(datetime.timezone.utc)
        for frame in entry["sent"]:
            if isinstance(frame, str):
                socket.send(values.fill(frame))
            elif "base64" in frame:
                socket.send(base64.b64decode(frame["base64"]))
        self._judge(number, entry["call"])

    def _expect_rest(self, later):
        """Judges what sockets hear of plain exchanges that are over."""
        frames = {(entry["socket"], entry["call"]) for entry in RECORDING["websocket"]}
        for number, call in sorted(self.unused - frames):
            if number in self.socket and call not in later:
                self._judge(number, call)

    def _judge(self, number, call):
        """Reads as many lines as the table has, and what else there is then."""
        if (number, call) not in self.unused:
            return self._fault(number, call, "is in no table")
        self.unused.remove((number, call))
        wanted = SOCKETS[number][call]
        lines, deadline = [], time.monotonic() + WAIT_SECONDS
        try:
            while len(lines) < len(wanted):
                lines += self._next(number, deadline)
        except TimeoutError:
            pass
        lines += self._rest(number)
        if are(lines, wanted):
            self.summary.sockets += 1
        else:
            self._fault(number, call, f"{lines} is not {wanted}")

    def _rest(self, number):
        """What has come by the time a heartbeat sent now is answered."""
        self.socket[number].send(HEARTBEAT)
        lines, deadline = [], time.monotonic() + WAIT_SECONDS
        while (more := self._next(number, deadline)) != ["last"]:
            lines += more
        return lines

    def _next(self, number, deadline):
        """The next frame as a list of one line, or of none for what is older than the join."""
        frame = json.loads(self.socket[number].recv(max(0, deadline - time.monotonic())))
        if frame[1] == "last":
            return ["last"]
        return [] if self._is_older(number, frame) else [describe(frame)]

    def _is_older(self, number, frame):
        """Whether it tells of a change from before the join: an engine that learns of commits a
        moment later may tell them to whoever has joined by then."""
        if frame[3] != "postgres_changes":
            return False
        at = datetime.datetime.fromisoformat(frame[4]["data"]["commit_timestamp"])
        return at < self.joined[number]

    def _fault(self, number, call, text):
        self.summary.faults.append(f"socket {number}, {call}: {text}")


def describe(frame):
    """One line that says what matters in a frame."""
    join_ref, ref, topic, event, payload = frame
    if event == "phx_reply":
        reason = payload["response"].get("reason")
        return f"phx_reply {payload['status']} to ref {ref}" + (f": {reason}" if reason else "")
    if event == "system":
        return f"system {payload['status']}: {payload['message']}"
    if event == "postgres_changes":
        data = payload["data"]
        return f"{data['type']} {data['table']} to {len(payload['ids'])}"
    return f"{event} to ref {ref}"


def are(lines, wanted):
    return len(lines) == len(wanted) and all(map(is_like, lines, wanted))


def is_like(line, pattern):
    return line.startswith(pattern[:-1]) if pattern.endswith("…") else line == pattern
