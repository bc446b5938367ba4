"""What supabase-js sends from a page of another origin, through a real browser: the recorded
calls, a feed that outlives the server, and who may call at all."""

import unittest

from selenium.common.exceptions import TimeoutException

from browser import Browser, PageError, PageServer
from expectation import Summary
from recorded import RECORDING, start_server
from replay import Replay, is_plain


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.pages = PageServer()
        cls.addClassCleanup(cls.pages.stop)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.quit)

    def setUp(self):
        self.summary = Summary()
        self.browser.open(self.pages.origin)

    def serve(self, project=None):
        self.server = start_server(project)
        self.addCleanup(self.server.stop)
        self.replay = Replay(
            self.server, self.summary, send=self.browser.send, page=self.pages.origin)

    def play(self, *calls):
        """Has the page send what was recorded of these calls."""
        for call in calls:
            for exchange in RECORDING["exchanges"]:
                if exchange["call"] == call and is_plain(exchange):
                    self.replay.play(exchange)
        self.assertEqual(self.summary.faults, [])

    def test_every_recorded_call_crosses_origins(self):
        self.serve()
        self.replay.walk()
        self.summary.finish("through Chromium, from another origin")

    def test_a_feed_outlives_the_server(self):
        self.serve()
        self.play(
            "auth.signUp", "auth.signUp second", "insert profile", "insert profile b",
            "insert room returning", "insert member")
        feed = Feed(self.browser, self.server, self.replay.values)
        feed.until_subscribed()
        self.play("insert message", "embed via fk column name 'author_id(username)'")
        feed.until_changes("INSERT")
        feed.until_heartbeat()
        # A new session, so that its token is another one even within this second.
        self.play("auth.signInWithPassword", "auth.refreshSession")
        feed.renew_token()
        feed.until_subscribed()

        self.restart(self.server.end, feed)
        self.play("INSERT/UPDATE/DELETE arrive")
        feed.until_changes("INSERT", "UPDATE", "DELETE")

        self.restart(self.server.kill, feed)
        self.play("bulk insert", "update returning", "delete returning")
        feed.until_changes("INSERT", "INSERT", "UPDATE", "DELETE")
        self.play("json path select + filter", "upsert onConflict", "auth.signOut")

    def restart(self, end, feed):
        """Ends the server; the page reads meanwhile, and has its answer when the server is back."""
        end()
        feed.until_closed()
        feed.begin_read()
        self.server.start()
        feed.until_subscribed()
        self.assertEqual(feed.end_read(), 200)

    def test_only_listed_origins_may_call(self):
        self.serve({"cors": {"origins": [self.pages.origin]}})
        # With credentials, a browser takes no star and wants to be told that it may.
        request = self.replay.values.request(recorded("extra: timeout option"))
        answer = self.browser.send(self.server, request, {"credentials": "include"})
        self.assertEqual(answer.status, 200)
        self.browser.open(self.pages.other)
        with self.assertRaisesRegex(PageError, "blocked by CORS policy"):
            self.browser.send(self.server, request)


def recorded(call, kind="exchanges"):
    """The one request, or the frames, of a call."""
    [found] = [entry for entry in RECORDING[kind] if entry["call"] == call]
    return found


class Feed:
    """The page's channel, with what was recorded of one that watches a table."""

    # The recorded channel is the second user's; here the first one watches.
    WATCHER = {"access_token_b": "access_token"}

    def __init__(self, browser, server, values):
        self.browser, self.server, self.values, self.start = browser, server, values, 0
        upgrade = recorded("realtime postgres_changes subscribe")
        [join] = recorded("realtime postgres_changes subscribe", "websocket")["sent"]
        url = server.url.replace("http", "ws", 1) + values.request(upgrade).target
        self.browser.run(
            "window.channel = new page.Channel(...given);", url, values.fill(join, self.WATCHER))

    def until(self, wanted):
        """The next message like this one; what came before it is skipped."""
        try:
            found = self.browser.run("return await channel.until(...given);", wanted, self.start)
        except TimeoutException:
            heard = self.browser.run("return channel.heard;")[self.start:]
            raise AssertionError(f"{wanted} did not come; heard {heard}") from None
        self.start = found["next"]
        return found["message"]

    def until_subscribed(self):
        self.until({"event": "system", "payload": {"status": "ok"}})

    def until_closed(self):
        self.until({"event": "closed"})

    def until_changes(self, *types):
        """Exactly these changes, in this order."""
        for type in types:
            message = self.until({"event": "postgres_changes"})
            data = message["payload"]["data"]
            assert data["type"] == type, f"{data} is not {type}"

    def until_heartbeat(self):
        reference = self.browser.run("return channel.beat();")
        self.until({"event": "phx_reply", "reference": reference, "payload": {"status": "ok"}})

    def renew_token(self):
        self.browser.run("channel.setToken(given[0]);", self.values.known["access_token"])

    def begin_read(self):
        """Starts to read and does not wait for the answer."""
        names = {"access_token_c": "access_token"}
        request = self.values.request(recorded("extra: setHeader"), names)
        self.browser.run(
            "window.read = page.sendUntilAnswered(given[0]);",
            self.browser.request(self.server, request))

    def end_read(self):
        return self.browser.run("return (await read).status;")


if __name__ == "__main__":
    unittest.main()
