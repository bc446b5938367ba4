"""HTTP and WebSocket as bytes over plain sockets: nothing between the clock and the server."""

import base64
import json
import os
import socket
import struct

TIMEOUT_SECONDS = 60


class Server:
    """Where the server is, and its keys; small enough to be handed to other processes."""

    def __init__(self, url, keys):
        host, port = url.removeprefix("http://").rsplit(":", 1)
        self.address = (host, int(port))
        self.anon, self.service = keys["anon"], keys["service_role"]

    def connect(self, source="127.0.0.1"):
        opened = socket.create_connection(
            self.address, TIMEOUT_SECONDS, source_address=(source, 0))
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened


class Caller:
    """One keep-alive connection, of a user or of nobody."""

    def __init__(self, server, token=None, source="127.0.0.1"):
        self.server, self.token, self.source = server, token, source
        self.socket = None

    def request(self, method, target, body=None, fields=()):
        """Sends a request and reads its answer; opens the connection again if it was closed."""
        self.send(method, target, body, fields)
        return self.receive()

    def send(self, method, target, body=None, fields=()):
        if self.socket is None:
            self.socket = self.server.connect(self.source)
            self.buffer = b""
        self.socket.sendall(head(self.server, method, target, body, self.token, fields))

    def receive(self):
        while b"\r\n\r\n" not in self.buffer:
            self._read()
        start, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = start.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        named = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        if named.get("transfer-encoding") == "chunked":
            return status, self._chunks()
        length = 0 if status in (204, 304) else int(named.get("content-length", 0))
        while len(self.buffer) < length:
            self._read()
        content, self.buffer = self.buffer[:length], self.buffer[length:]
        if named.get("connection") == "close":
            self.close()
        return status, content

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def _chunks(self):
        content = b""
        while True:
            while b"\r\n" not in self.buffer:
                self._read()
            size, self.buffer = self.buffer.split(b"\r\n", 1)
            length = int(size, 16)
            while len(self.buffer) < length + 2:
                self._read()
            content, self.buffer = content + self.buffer[:length], self.buffer[length + 2 :]
            if length == 0:
                return content

    def _read(self):
        # It is closed behind the last answer that the server has announced.
        more = self.socket.recv(1 << 18) if self.socket else b""
        if not more:
            self.close()
            raise ConnectionError("the server closed the connection")
        self.buffer += more


def head(server, method, target, body=None, token=None, fields=()):
    """A request as bytes; `body` is sent as JSON unless it is bytes already."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    lines = [
        f"{method} {target} HTTP/1.1", "Host: apus", f"apikey: {server.anon}",
        f"Authorization: Bearer {token or server.anon}", *fields,
    ]
    if content or method in ("POST", "PATCH", "PUT"):
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def frame(opcode, payload):
    """A frame of a client. A mask of zeros leaves the bytes as they are (RFC 6455 §5.3)."""
    size = len(payload)
    length = (
        struct.pack("!B", 0x80 | size) if size < 126
        else struct.pack("!BH", 0x80 | 126, size) if size < 65536
        else struct.pack("!BQ", 0x80 | 127, size))
    return bytes([0x80 | opcode]) + length + b"\0\0\0\0" + payload


class Feed:
    """A socket of the Phoenix protocol with one channel."""

    def __init__(self, server, bindings, token=None, source="127.0.0.1", topic="notes"):
        self.socket, self.buffer, self.topic = server.connect(source), b"", f"realtime:{topic}"
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            (f"GET /realtime/v1/websocket?apikey={server.anon}&vsn=2.0.0 HTTP/1.1\r\nHost: apus\r\n"
             "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
             f"Sec-WebSocket-Key: {key}\r\n\r\n").encode())
        while b"\r\n\r\n" not in self.buffer:
            self._read()
        start, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in start.split(b"\r\n")[0]:
            raise ConnectionError(start.split(b"\r\n")[0].decode())
        config = {"postgres_changes": bindings}
        self.send("phx_join", {"config": config, "access_token": token or server.anon})

    def send(self, event, payload):
        self.send_text(json.dumps(["1", "1", self.topic, event, payload]))

    def heartbeat(self):
        self.send_text(json.dumps([None, "2", "phoenix", "heartbeat", {}]))

    def send_text(self, text):
        self.socket.sendall(frame(1, text.encode()))

    def receive(self):
        """The next message; None when the server has closed."""
        while True:
            opcode, payload = self._frame()
            if opcode == 8:
                return None
            if opcode == 1:
                return json.loads(payload)

    def wait_for(self, event):
        while True:
            message = self.receive()
            if message is None:
                raise ConnectionError("the server closed the socket")
            if message[3] == event:
                return message[4]

    def close(self):
        self.socket.close()

    def _frame(self):
        first = self._take(2)
        size = first[1] & 0x7F
        if size == 126:
            size = struct.unpack("!H", self._take(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", self._take(8))[0]
        return first[0] & 0x0F, self._take(size)

    def _take(self, count):
        while len(self.buffer) < count:
            self._read()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def _read(self):
        more = self.socket.recv(1 << 18)
        if not more:
            raise ConnectionError("the server closed the connection")
        self.buffer += more


def sign_up(server, email, source="127.0.0.1"):
    """A new user's access token."""
    caller = Caller(server, source=source)
    status, content = caller.request(
        "POST", "/auth/v1/signup", {"email": email, "password": "correct horse"})
    caller.close()
    if status != 200:
        raise ConnectionError(f"sign-up answered {status}: {content.decode()}")
    return json.loads(content)["access_token"]
