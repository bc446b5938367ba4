"""Starts and stops the server under test."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("APUS_BINARY", str(ROOT / ".build/debug/apus"))
START_SECONDS = 30


class Apus:
    """One project in a temporary directory, and the server that serves it."""

    def __init__(self, schemas, migrations=None, environment=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="apus-interop-"))
        shutil.copytree(schemas, self.directory / "Schemas")
        # Production needs migration files; a model set without them is served as in development.
        self.command = "dev"
        if migrations and migrations.is_dir():
            shutil.copytree(migrations, self.directory / "Migrations")
            self.command = "serve"
        # What it is given beside the environment of the tests.
        self.environment = environment or {}
        self.address = "127.0.0.1:0"
        self.process = None
        self.url = None
        self.log = open(self.directory / "server.log", "ab")

    def start(self):
        """Starts the server, again at its old address if it had one."""
        arguments = [BINARY, self.command, "--project", str(self.directory), "--listen", self.address]
        if self.command == "serve":
            arguments.append("--migrate")
        self.process = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=self.log, text=True, start_new_session=True,
            env=os.environ | self.environment)
        watchdog = threading.Timer(START_SECONDS, self.process.kill)
        watchdog.start()
        try:
            self.url = self._read_url()
        finally:
            watchdog.cancel()
        self.address = self.url.removeprefix("http://")
        # The pipe must not fill up.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        keys = subprocess.run(
            [BINARY, "keys", "--json", "--project", str(self.directory)],
            check=True, capture_output=True, text=True, timeout=START_SECONDS,
            env=os.environ | self.environment)
        self.keys = json.loads(keys.stdout)
        return self

    def _read_url(self):
        for line in self.process.stdout:
            found = re.search(r"listening on (http://\S+)", line)
            if found:
                return found.group(1)
        raise RuntimeError(f"the server did not start:\n{self.log_text()}")

    def kill(self):
        """Ends the server as a power cut would end the process: SIGKILL, nothing flushed."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(START_SECONDS)

    def end(self):
        """Asks the server to stop. Answers the exit code."""
        self.process.terminate()
        try:
            return self.process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def stop(self):
        """Asks the server to stop, then removes the project. Answers the exit code."""
        code = self.end()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)
        return code

    def log_text(self):
        return (self.directory / "server.log").read_text(errors="replace")[-4000:]

    def is_ready(self):
        try:
            with urllib.request.urlopen(self.url + "/ready", timeout=1) as answer:
                return answer.status == 200
        except OSError:
            return False

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while not self.is_ready():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the server is not ready:\n{self.log_text()}")
            time.sleep(0.02)
