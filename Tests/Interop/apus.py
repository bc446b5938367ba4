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
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("APUS_BINARY", str(ROOT / ".build/debug/apus"))
START_SECONDS = 30
# The folder of the socket of the run's PostgreSQL; none where the engine is SQLite.
POSTGRES = os.environ.get("APUS_POSTGRES_SOCKET")


class Database:
    """A database of one server on the run's PostgreSQL."""

    def __init__(self, name):
        self.name = name
        self.url = f"postgres://apus@/{name}?host={POSTGRES}"
        self._run("createdb", "--template=template0", name)

    def drop(self):
        self._run("dropdb", "--force", self.name)

    @staticmethod
    def compute():
        """Begins a statement that computes until its client is gone."""
        rows = "generate_series(1, 100000)"
        path = pathlib.Path(os.environ["APUS_POSTGRES_BIN"]) / "psql"
        return subprocess.Popen(
            [str(path), "-h", POSTGRES, "-U", "apus", "-d", "template1", "-c",
             f"SELECT count(*) FROM {rows} a, {rows} b, {rows} c"],
            env=os.environ | {"PGOPTIONS": "-c client_connection_check_interval=100"})

    @staticmethod
    def _run(program, *arguments):
        path = pathlib.Path(os.environ["APUS_POSTGRES_BIN"]) / program
        subprocess.run(
            [str(path), "-h", POSTGRES, "-U", "apus", *arguments],
            check=True, timeout=START_SECONDS)


class Apus:
    """One project in a temporary directory, and the server that serves it."""

    def __init__(self, schemas, migrations=None, environment=None):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="apus-interop-"))
        shutil.copytree(schemas, self.directory / "Schemas")
        self.database = Database(self.directory.name) if POSTGRES else None
        # What it is given beside the environment of the tests.
        self.environment = environment or {}
        # Production needs migration files; a model set without them is served as in development.
        self.command = "dev"
        if migrations and migrations.is_dir():
            shutil.copytree(migrations, self.directory / "Migrations")
            self.command = "serve"
        self.address = "127.0.0.1:0"
        self.process = None
        self.url = None
        self.log = open(self.directory / "server.log", "ab")

    def _variables(self):
        database = {"APUS_DATABASE": self.database.url} if self.database else {}
        return os.environ | database | self.environment

    def start(self):
        """Starts the server, again at its old address if it had one."""
        arguments = [BINARY, self.command, "--project", str(self.directory), "--listen", self.address]
        if self.command == "serve":
            arguments.append("--migrate")
        self.process = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=self.log, text=True, start_new_session=True,
            env=self._variables())
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
            env=self._variables())
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
        if self.database:
            self.database.drop()
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


class ServedModels(unittest.TestCase):
    """Tests of a server of models of their own, and of what clients make of them."""

    # The models by name, and the SELECTs of views by their files' names.
    MODELS = {}

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory(prefix="apus-models-") as folder:
            models = pathlib.Path(folder) / "models"
            models.mkdir()
            for name, model in cls.MODELS.items():
                if name.endswith(".sql"):
                    (models / name).write_text(model)
                else:
                    (models / f"{name}.json").write_text(json.dumps(model))
            cls.server = Apus(pathlib.Path(folder)).start()

    @classmethod
    def tearDownClass(cls):
        code = cls.server.stop()
        assert code == 0, f"the server ended with {code}"
