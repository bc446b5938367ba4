"""The snippets of a development server's reference page, pasted and run."""

import base64
import contextlib
import io
import json
import re
import subprocess
import sys
import time
import unittest
import urllib.request

from apus import ROOT, Apus
from people import WAIT_SECONDS
from reference import Reference

# What stands for the key of any row in the snippets.
EXAMPLE = "00000000-0000-4000-8000-000000000001"
# So ordered that rows come after those they refer to.
MODELS = ["profiles", "rooms", "members", "messages"]
FEEDS = ["rooms", "members", "messages"]


class SnippetCase:
    """Runs every snippet of a language as a new user, whose id all rows that they name have."""

    language = None

    def setUp(self):
        self.server = Apus(ROOT / "Schemas").start()
        self.addCleanup(self.server.stop)
        with urllib.request.urlopen(self.server.url + "/docs", timeout=WAIT_SECONDS) as answer:
            page = answer.read().decode()
        self.assertIn(self.server.keys["anon"], page)
        self.assertNotIn(self.server.keys["service_role"], page)
        self.snippets = Reference(page).snippets[self.language]

    def run_snippet(self, model, title):
        """Runs one with the user's id for the example's; answers the rows that it shows."""
        return self.run_text(self.snippets[model, title].replace(EXAMPLE, self.user))

    def insert_example(self, row):
        """Adds the row that snippets name, with the service key, if the user's own is not it."""
        request = urllib.request.Request(
            f"{self.server.url}/rest/v1/{row['model']}", method="POST",
            data=json.dumps(row["columns"] | {"id": self.user}).encode(),
            headers={"apikey": self.server.keys["service_role"], "Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=WAIT_SECONDS).close()

    def test_every_snippet_does_what_it_says(self):
        self.connect()
        for model in MODELS:
            rows = self.run_snippet(model, "Insert a row")
            self.assertEqual(len(rows), 1, model)
            if rows[0].get("id", self.user) != self.user:
                self.insert_example({"model": model, "columns": rows[0]})
            self.assertGreaterEqual(len(self.run_snippet(model, "Read rows")), 1, model)
            self.assertEqual(len(self.run_snippet(model, "Update a row")), 1, model)
        self.watch()
        for model in reversed(MODELS):
            self.assertEqual(len(self.run_snippet(model, "Delete a row")), 1, model)
        titles = {title for model, title in self.snippets if model in MODELS}
        self.assertEqual(titles - {"See changes live"}, {
            "Insert a row", "Read rows", "Update a row", "Delete a row"})

    def watch(self):
        pass


class Curl(SnippetCase, unittest.TestCase):
    language = "curl"

    def bash(self, text):
        answer = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", text], text=True, timeout=WAIT_SECONDS,
            capture_output=True, check=True)
        return answer.stdout

    def connect(self):
        self.begin = self.snippets[None, "Connecting"]
        token = self.bash(
            f"{self.begin}\n{self.snippets[None, 'Signing up']}\necho \"$TOKEN\"").strip()
        part = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        self.user = claims["sub"]
        self.begin += f"\nTOKEN={token}"

    def run_text(self, text):
        rows = json.loads(self.bash(f"{self.begin}\n{text}"))
        self.assertIsInstance(rows, list, rows)
        return rows


class Python(SnippetCase, unittest.TestCase):
    language = "Python"

    def connect(self):
        self.names = {}
        for title in ("Connecting", "Signing up"):
            exec(self.snippets[None, title], self.names)
        self.user = self.names["supabase"].auth.get_user().user.id

    def run_text(self, text):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(text, self.names)
        rows = self.names["answer"].data
        self.assertEqual(printed.getvalue().strip(), str(rows))
        return rows

    def watch(self):
        for model in FEEDS:
            text = self.snippets[model, "See changes live"].replace(EXAMPLE, self.user)
            with self.subTest(model), self.running(text) as printed:
                deadline = time.monotonic() + WAIT_SECONDS
                while not printed() and time.monotonic() < deadline:
                    self.run_snippet(model, "Update a row")
                    time.sleep(0.2)
                self.assertRegex(printed(), re.compile(rf"UPDATE.*{self.user}", re.DOTALL))

    @contextlib.contextmanager
    def running(self, text):
        """Runs it beside the test; gives what it has printed so far."""
        path = self.server.directory / "watch.out"
        with open(path, "w") as output:
            process = subprocess.Popen(
                [sys.executable, "-u", "-W", "ignore", "-c", text], stdout=output,
                stderr=subprocess.STDOUT)
            try:
                yield lambda: path.read_text()
            finally:
                process.kill()
                process.wait()
