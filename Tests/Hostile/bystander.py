"""The ordinary user whom an attack must not slow: reads by key, writes, feeds, sign-ins."""

import itertools
import threading
import time

import wire

EMAIL, PASSWORD = "bystander@example.org", "correct horse"


class Bystander:
    """Measures, in milliseconds, how long each kind of thing takes. Runs in a process of its own."""

    KINDS = ("connect", "get", "write", "feed", "sign in")

    def __init__(self, server, token, note):
        self.server, self.token, self.note = server, token, note
        self.times = {kind: [] for kind in self.KINDS}
        self.faults = []

    def run(self, seconds):
        """Does a little of everything, one thing after the other, for so long."""
        self.caller = wire.Caller(self.server, self.token)
        self.inserted, self.heard = {}, threading.Event()
        self._join()
        end = time.monotonic() + seconds
        next_sign_in = time.monotonic()
        for number in itertools.count():
            if time.monotonic() >= end:
                break
            for _ in range(4):
                self._measure("get", self._get)
                time.sleep(0.002)
            self._measure("write", lambda: self._write(number))
            if number % 8 == 0:
                self._measure("connect", self._connect)
            if time.monotonic() >= next_sign_in:
                self._measure("sign in", self._sign_in)
                next_sign_in = time.monotonic() + 1
        self._wait_for_feed()
        self.caller.close()
        return self.times, self.faults

    def _join(self):
        """Without a feed the rest is measured all the same."""
        binding = {
            "event": "INSERT", "schema": "public", "table": "notes", "filter": "topic=eq.424242"}
        try:
            self.feed = wire.Feed(self.server, [binding], self.token)
            self.feed.wait_for("system")
            threading.Thread(target=self._listen, daemon=True).start()
        except OSError as fault:
            self.feed = None
            self.faults.append(f"feed: {fault}")

    def _measure(self, kind, act):
        start = time.perf_counter()
        try:
            act()
        except (OSError, AssertionError, ValueError) as fault:
            self.faults.append(f"{kind}: {fault}")
            self.caller.close()
        self.times[kind].append((time.perf_counter() - start) * 1000)

    def _get(self):
        self._expect(200, *self.caller.request("GET", f"/rest/v1/notes?id=eq.{self.note}"))

    def _write(self, number):
        text = f"bystander {number}"
        self.inserted[text] = time.perf_counter()
        self._expect(201, *self.caller.request(
            "POST", "/rest/v1/notes", {"topic": 424242, "text": text}))

    def _connect(self):
        other = wire.Caller(self.server, self.token)
        self._expect(200, *other.request("GET", f"/rest/v1/notes?id=eq.{self.note}"))
        other.close()

    def _sign_in(self):
        self._expect(200, *self.caller.request(
            "POST", "/auth/v1/token?grant_type=password", {"email": EMAIL, "password": PASSWORD}))

    def _listen(self):
        try:
            while True:
                message = self.feed.receive()
                if message is None:
                    return
                if message[3] == "postgres_changes":
                    text = message[4]["data"]["record"]["text"]
                    begun = self.inserted.pop(text, None)
                    if begun:
                        self.times["feed"].append((time.perf_counter() - begun) * 1000)
                    if not self.inserted:
                        self.heard.set()
        except OSError:
            pass

    def _wait_for_feed(self):
        """What has been written must have come, all of it."""
        if self.feed is None:
            return
        end = time.monotonic() + 20
        try:
            while self.inserted and time.monotonic() < end:
                self.heard.clear()
                self.feed.heartbeat()
                self.heard.wait(1)
        except OSError as fault:
            self.faults.append(f"feed: {fault}")
        if self.inserted:
            self.faults.append(f"feed: {len(self.inserted)} changes did not come")
        self.feed.close()

    @staticmethod
    def _expect(wanted, status, content):
        assert status == wanted, f"{status} {content[:200].decode(errors='replace')}"
