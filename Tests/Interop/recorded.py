"""Traffic of stock supabase-js, recorded once (fixtures/README.md), made ready to be sent again."""

import base64
import http.client
import json
import re
import secrets
import shutil
import tempfile
import time
import uuid
from pathlib import Path

from apus import ROOT, Apus

FIXTURES = Path(__file__).parent / "fixtures"
RECORDING = json.loads((FIXTURES / "supabase-js.json").read_text())
PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")
# The names of the recorded people, by the suffix of their placeholders.
PEOPLE = {"": "ada", "_b": "bob", "_c": "eve", "_c2": "eve2", "_d": "pk"}
# Chromium's recording numbers the ids by itself.
BROWSER_IDS = {"uuid_1": "uuid_3", "uuid_2": "uuid_1"}
WAIT_SECONDS = 20


def start_server(project=None):
    """Serves the recorded project: the sample and the table `todos`, with settings of its own."""
    with tempfile.TemporaryDirectory() as directory:
        schemas = Path(directory) / "Schemas"
        shutil.copytree(ROOT / "Schemas", schemas)
        shutil.copy(FIXTURES / "todos.json", schemas / "models")
        if project:
            (schemas / "project.json").write_text(json.dumps(project))
        return Apus(schemas).start()


class Values:
    """What stands for the placeholders in one run, renewed from the answers."""

    def __init__(self, server, page="http://localhost:3000"):
        now = "t" + secrets.token_hex(4)
        self.known = {
            "url": server.url, "host": server.address, "page": page, "now": now,
            "anon": server.keys["anon"], "service": server.keys["service_role"],
            "uuid": str(uuid.uuid4()), "boundary": "----boundary" + secrets.token_hex(8),
            "ws_key": base64.b64encode(secrets.token_bytes(16)).decode(),
            "code_challenge": secrets.token_urlsafe(32), "code_verifier": secrets.token_urlsafe(42),
        }
        for suffix, name in PEOPLE.items():
            self.known["email" + suffix] = f"{name}{now}@example.com"

    def fill(self, text, names={}):
        """The text with values for its placeholders; `names` gives some the values of others."""
        return PLACEHOLDER.sub(lambda found: self.known[names.get(found[1], found[1])], text)

    def request(self, recorded, names={}):
        """One recorded request as it is sent."""
        request = recorded["request"]
        body = request["body"]
        if isinstance(body, dict):
            body = base64.b64decode(body["base64"])
        elif body is not None:
            body = self.fill(body, names).encode()
        self.known["length"] = str(len(body or b""))
        fields = [(name, self.fill(value, names)) for name, value in request["headers"]]
        return Request(request["method"], self.fill(request["target"], names), fields, body)

    def learn(self, call, answer):
        """Takes over the ids and tokens that later requests name."""
        body = answer.json
        if not isinstance(body, (dict, list)):
            return
        row = body[0] if isinstance(body, list) and body else body
        for name, source in RECORDING["ids"].items():
            if source == call and isinstance(row, dict) and "id" in row:
                self.known[name] = row["id"]
        if isinstance(body, dict) and "access_token" in body and "user" in body:
            suffix = self._suffix(body["user"]["email"])
            self.known["access_token" + suffix] = body["access_token"]
            self.known["refresh_token" + suffix] = body["refresh_token"]
            self.known["user_id" + suffix] = body["user"]["id"]

    def _suffix(self, email):
        [found] = [suffix for suffix in PEOPLE if self.known["email" + suffix] == email]
        return found.replace("_c2", "_c")


class Request:
    def __init__(self, method, target, fields, body):
        self.method, self.target, self.fields, self.body = method, target, fields, body

    def field(self, name):
        return next((value for key, value in self.fields if key.lower() == name), None)


class Answer:
    """An answer as it stands on the wire: every field line counts."""

    def __init__(self, status, lines, body):
        self.status, self.lines, self.body = status, lines, body

    def all(self, name):
        return [value for key, value in self.lines if key.lower() == name]

    def field(self, name):
        return next(iter(self.all(name)), None)

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None


def send(server, request):
    """Sends a request over a connection of its own: fields in their order, none added."""
    connection = http.client.HTTPConnection(server.address, timeout=WAIT_SECONDS)
    try:
        connection.putrequest(
            request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in request.fields:
            connection.putheader(name, value)
        connection.endheaders(request.body)
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()
