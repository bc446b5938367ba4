"""What one ordinary caller may try. Each attack is a function of a process of its own, which goes on
until it is ended."""

import itertools
import json
import select
import threading
import time
import urllib.parse

import apus
import wire

# Rows that are there before; hostile.py's Stage makes them.
ROWS = 100_000
BIG_DOCUMENT_BYTES = 849_000
# Of a server with one loop: two that read and two that write.
LONG_STATEMENTS = 4
# The note that `cascades` is about.
PARENT = 9_000_000
SINGULAR = "Accept: application/vnd.pgrst.object+json"


# How often the attack of this process was served, refused and cut off. It may be ended at any
# moment, so whoever reads them takes no lock.
SERVED, REFUSED, CUT_OFF = range(3)
outcomes = None
counting = threading.Lock()


def count(outcome):
    with counting:
        outcomes[outcome] += 1


def forever(act):
    """Does it again and again; what the server refuses is what it is for."""
    while True:
        try:
            answer = act()
            count(REFUSED if answer and answer[0] >= 400 else SERVED)
        except OSError:
            count(CUT_OFF)
            time.sleep(0.05)


def attempt(make):
    """What is opened, counted; None, after a moment, where the server does not let it."""
    try:
        opened = make()
    except OSError:
        count(CUT_OFF)
        time.sleep(0.05)
        return None
    count(SERVED)
    return opened


def gather(make):
    """Opens as many as there can be, and keeps them."""
    kept = []
    while True:
        opened = attempt(make)
        if opened:
            kept.append(opened)


def insert(server, token, bodies):
    """Rows of the attacker's, while nothing else goes on: bodies of notes, or of the table that
    stands before them."""
    setter = wire.Caller(server, token, "127.0.0.3")
    for body in bodies:
        table, rows = body if isinstance(body, tuple) else ("notes", body)
        status, content = setter.request("POST", f"/rest/v1/{table}", rows)
        assert status == 201, content[:300]
    setter.close()


def together(callers, make):
    """So many callers at once, each on a thread and a connection of its own."""
    threads = [
        threading.Thread(target=lambda number=number: forever(make(number)), daemon=True)
        for number in range(callers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def reads(target, callers, signed_in=True, fields=("Prefer: count=exact",)):
    """The same read by so many connections of one caller."""

    def attack(server, tokens):
        def make(number):
            token = tokens[number % len(tokens)] if signed_in else None
            caller = wire.Caller(server, token, "127.0.0.3")
            return lambda: caller.request("GET", target, fields=fields)

        together(callers, make)

    return attack


def json_paths(topic):
    conditions = ",".join(f"details->a->b->>k{number}.eq.x" for number in range(330))
    return f"/rest/v1/notes?topic=eq.{topic}&or=({conditions})&select=id"


def patterns():
    pattern = urllib.parse.quote("*" + "a*" * 30 + "b*")
    return f"/rest/v1/notes?text=ilike.{pattern}&select=id"


DEEP = "/rest/v1/notes?select=*,replies(*,note(*,replies(*,note(*,replies(*)))))&limit=1000"


def bulk(rows, callers):
    """Bodies of so many rows, one after the other."""

    def attack(server, tokens):
        body = json.dumps([{"topic": 7, "text": "bulk"} for _ in range(rows)]).encode()

        def make(number):
            caller = wire.Caller(server, tokens[number % len(tokens)], "127.0.0.3")
            return lambda: caller.request("POST", "/rest/v1/notes", body)

        together(callers, make)

    return attack


def flood(server, tokens):
    """Single inserts, as many at once as a client can send ahead."""

    def make(number):
        caller = wire.Caller(server, tokens[number % len(tokens)], "127.0.0.3")

        def act():
            for _ in range(64):
                caller.send("POST", "/rest/v1/notes", {"topic": 8, "text": "flood"})
            return [caller.receive() for _ in range(64)][-1]

        return act

    together(8, make)


def rewrite(server, tokens):
    """Changes all of the caller's rows, again and again."""

    def make(number):
        caller = wire.Caller(server, tokens[0], "127.0.0.3")
        turns = itertools.count()
        return lambda: caller.request(
            "PATCH", "/rest/v1/notes?topic=gte.0", {"text": f"again {number} {next(turns)}"})

    together(4, make)


def cascades(server, tokens):
    """Deletes a note whose replies take longer than a write may, which is undone, and sends single
    rows meanwhile, which are as short as it looks."""

    def make(number):
        deleter = wire.Caller(server, tokens[0], "127.0.0.3")
        others = [wire.Caller(server, tokens[0], "127.0.0.3") for _ in range(3)]

        def act():
            deleter.send("DELETE", f"/rest/v1/notes?id=eq.{PARENT}")
            time.sleep(0.15)
            for other in others:
                other.send("POST", "/rest/v1/notes", {"topic": 8, "text": "short"})
            answer = deleter.receive()
            for other in others:
                other.receive()
            return answer

        return act

    together(1, make)


def listen(make_filter, sockets, text):
    """Sockets with a hundred filters each, and rows for them to look at."""

    def attack(server, tokens):
        def join(number):
            bindings = [
                {"event": "*", "schema": "public", "table": "notes",
                 "filter": make_filter(number, turn)}
                for turn in range(100)
            ]
            feed = wire.Feed(server, bindings, tokens[0], "127.0.0.3", f"listen{number}")
            if feed.wait_for("phx_reply")["status"] != "ok":
                count(REFUSED)
            return feed

        joined = [attempt(lambda number=number: join(number)) for number in range(sockets)]
        feeds = [feed for feed in joined if feed]

        def drain():
            last = time.monotonic()
            while feeds:
                readable, _, _ = select.select([feed.socket for feed in feeds], [], [], 1)
                for feed in [feed for feed in feeds if feed.socket in readable]:
                    if not feed.socket.recv(1 << 18):
                        feeds.remove(feed)
                if time.monotonic() > last + 20:
                    last = time.monotonic()
                    for feed in feeds:
                        feed.heartbeat()

        threading.Thread(target=lambda: forever(drain), daemon=True).start()

        def make(_):
            caller = wire.Caller(server, tokens[0], "127.0.0.3")
            return lambda: caller.request(
                "POST", "/rest/v1/notes", {"topic": 5, "text": text})

        together(2, make)

    return attack


def like_filter(number, turn):
    return f"text=like.*{turn}a*b*c*"


def in_filter(number, turn):
    values = ",".join(str(number * 1000 + value) for value in range(100))
    return f"topic=in.({values})"


def passwords(callers, target, address, email):
    """So many callers, each from an address of its own, who ask for what hashes a password."""

    def attack(server, tokens):
        def make(number):
            caller = wire.Caller(server, None, address.format(number + 1))
            turns = itertools.count()
            return lambda: caller.request(
                "POST", target,
                {"email": email.format(number, next(turns)), "password": "a guess"})

        together(callers, make)

    return attack


SIGN_IN = "/auth/v1/token?grant_type=password"


def half_bodies(server, tokens):
    """Connections that announce a large body and send most of it, slowly."""
    start = wire.head(server, "POST", "/rest/v1/notes", None, tokens[0])
    start = start.replace(b"Content-Length: 0", b"Content-Length: 10000000")

    def begin():
        connection = server.connect("127.0.0.3")
        connection.sendall(start)
        connection.setblocking(False)
        return [connection, 0]

    begun = [attempt(begin) for _ in range(400)]
    filler = b" " * 65536
    while True:
        for entry in filter(None, begun):
            try:
                if entry[1] < 9_900_000:
                    entry[1] += entry[0].send(filler)
            except OSError:
                pass
        time.sleep(0.001)


def unread_answers(server, tokens):
    """Asks for long answers and reads none of them."""
    target = "/rest/v1/notes?select=*&limit=1000"

    def ask():
        connection = server.connect("127.0.0.3")
        connection.settimeout(0.2)
        connection.sendall(wire.head(server, "GET", target, token=tokens[0]) * 50)
        return connection

    gather(ask)


def deaf_sockets(server, tokens):
    """Sockets that listen to everything and read nothing, and rows for them."""
    binding = {"event": "*", "schema": "public", "table": "notes"}
    # Kept, or they would be closed.
    feeds = [
        attempt(lambda number=number: wire.Feed(
            server, [binding], tokens[0], "127.0.0.3", f"deaf{number}"))
        for number in range(300)
    ]
    caller = wire.Caller(server, tokens[0], "127.0.0.3")
    forever(lambda: caller.request("POST", "/rest/v1/notes", {"topic": 5, "text": "x" * 20_000}))


def idle_connections(server, tokens):
    """As many connections as one host can have, without a word."""
    gather(lambda: server.connect("127.0.0.3"))


def representations(server, tokens):
    """Writes that want their rows back, 90 kB each."""

    def make(number):
        caller = wire.Caller(server, tokens[0], "127.0.0.3")
        turns = itertools.count()
        return lambda: caller.request(
            "PATCH", "/rest/v1/notes?topic=eq.2010", {"details": {"turn": [number, next(turns)]}},
            ["Prefer: return=representation"])

    together(64, make)


def long_rows(server, tokens):
    """Lists of long rows, which nobody reads."""

    def ask():
        connection = server.connect("127.0.0.3")
        connection.sendall(
            wire.head(server, "GET", "/rest/v1/notes?topic=eq.2011", token=tokens[0]))
        time.sleep(0.02)
        return connection

    gather(ask)


def dense_bodies(server, tokens):
    """Bodies of some millions of values."""
    body = b'{"topic": 2012, "details": {"a": [' + b"1," * 2_000_000 + b"1]}}"

    def make(_):
        caller = wire.Caller(server, tokens[0], "127.0.0.3")
        return lambda: caller.request("POST", "/rest/v1/notes", body)

    together(16, make)


def slow_frames(server, tokens):
    """Sockets each of which sends most of a message of 60 kB, and never the rest."""
    def open_one():
        return wire.Feed(server, [], tokens[0], "127.0.0.3").socket

    # The server lets one address have fewer.
    sockets = list(iter(lambda: attempt(open_one), None))
    sent = {}
    for opened in sockets:
        opened.setblocking(False)
        sent[opened] = 0
    most = wire.frame(1, b"x" * 60_000)[:-20]
    while True:
        for opened in sockets:
            try:
                rest = most[sent[opened] :]
                sent[opened] += opened.send(rest[:32_768]) if rest else 0
            except OSError:
                pass
        time.sleep(0.001)


def many_bindings(server, tokens):
    """Sockets that bind long lists, a thousand times each."""
    values = ",".join(str(10_000 + number) for number in range(80))
    bindings = [
        {"event": "*", "schema": "public", "table": "notes", "filter": f"topic=in.({values})"}
        for _ in range(100)
    ]

    def join():
        feed = wire.Feed(server, bindings, tokens[0], "127.0.0.3", "bound0")
        for number in range(1, 10):
            feed.topic = f"realtime:bound{number}"
            feed.send("phx_join", {
                "config": {"postgres_changes": bindings}, "access_token": tokens[0]})
        return feed

    gather(join)


def query_shapes(server, tokens):
    """Reads of which no two have the same form, so that no plan serves twice: short ones, ones that
    are just short enough for a plan to be kept, and some of forty kilobytes."""
    columns = ["id", "owner_id", "topic", "text", "details"]
    sizes = itertools.cycle([(5, ""), (100, ""), (1000, "x" * 24)])

    def make(number):
        caller = wire.Caller(server, tokens[0], "127.0.0.3")
        turns = itertools.count(number * 1_000_000)

        def act():
            count, filler = next(sizes)
            names = ",".join(
                f"a{next(turns)}{filler}:{columns[place % 5]}" for place in range(count))
            return caller.request(
                "GET", f"/rest/v1/notes?select={names},replies(*,note(*))&topic=eq.4&limit=1")

        return act

    together(16, make)


def plans(server, tokens):
    """Reads that take long to plan, each of which is planned anew: many tests, paths, values, and
    embeds."""
    tests = ",".join(f"and(topic.eq.{number},topic.gt.1)" for number in range(500))
    paths = ",".join(f"a{number}:details->a->>k{number}" for number in range(1000))
    values = ",".join(str(number) for number in range(8000))
    fixed = itertools.cycle([
        f"select=id&or=({tests})", f"select={paths}", f"select=id&topic=in.({values})", None])

    def make(number):
        caller = wire.Caller(server, tokens[0], "127.0.0.3")
        turns = itertools.count(number * 1_000_000)

        def act():
            query = next(fixed)
            if query is None:
                embeds = ",".join(f"e{next(turns)}:replies(*)" for _ in range(48))
                query = f"select=id,{embeds}"
            return caller.request("GET", f"/rest/v1/notes?{query}&id=eq.4")

        return act

    together(16, make)


def plan_writes(server, tokens):
    """Changes of nothing under long filters."""
    tests = ",".join(f"and(topic.eq.{number},topic.gt.1)" for number in range(500))
    values = ",".join(str(number) for number in range(8000))
    fixed = itertools.cycle([f"or=({tests})", f"topic=in.({values})"])

    def make(_):
        caller = wire.Caller(server, tokens[0], "127.0.0.3")
        return lambda: caller.request(
            "PATCH", f"/rest/v1/notes?{next(fixed)}&id=eq.-1", {"text": "changed"})

    together(16, make)


def long_heads(server, tokens):
    """Connections that send most of a long head, and never the rest."""
    start = wire.head(server, "GET", "/rest/v1/notes?select=id", None, tokens[0])[:-2]

    def begin():
        connection = server.connect("127.0.0.3")
        connection.sendall(start + b"X-Filler: " + b"x" * 60_000)
        return connection

    gather(begin)


def pour(make_socket, content, connections):
    """The same bytes over many connections, as fast as each takes them; answers are dropped."""
    sent = {}

    def open_one(number):
        try:
            opened = make_socket(number)
            opened.setblocking(False)
            sent[opened] = 0
        except OSError:
            count(CUT_OFF)

    for number in range(connections):
        open_one(number)
    numbers = itertools.count(connections)
    while True:
        for opened in list(sent):
            try:
                end = sent[opened] + (1 << 18)
                sent[opened] += opened.send(content[sent[opened] : end])
                if sent[opened] == len(content):
                    sent[opened] = 0
                    count(SERVED)
            except BlockingIOError:
                pass
            except OSError:
                del sent[opened]
                open_one(next(numbers))
                continue
            try:
                if not opened.recv(1 << 18):
                    del sent[opened]
                    open_one(next(numbers))
            except BlockingIOError:
                pass
            except OSError:
                pass
        time.sleep(0.001)


def frames(make_content, sockets):
    """Sockets that send the same frames again and again."""

    def attack(server, tokens):
        def make(number):
            return wire.Feed(server, [], tokens[0], "127.0.0.3", f"frames{number}").socket

        pour(make, make_content(tokens), sockets)

    return attack


def pings(_):
    return wire.frame(9, b"") * 40_000


def heartbeats(_):
    """As long as messages may be, with as many values as are read, and with more."""
    beats = [
        b'[null,"2","phoenix","heartbeat",{"a":["' + b"x" * (250_000 - 2 * count) + b'",'
        + b"1," * count + b"1]}]"
        for count in (8_000, 120_000)
    ]
    return b"".join(wire.frame(1, beat) for beat in beats)


def joins(tokens):
    """Joins of a hundred lists each, and their ends."""
    bindings = [
        {"event": "*", "schema": "public", "table": "notes", "filter": in_filter(turn % 10, turn)}
        for turn in range(100)
    ]
    payload = {"config": {"postgres_changes": bindings}, "access_token": tokens[0]}
    messages = [("phx_join", payload), ("phx_leave", {})]
    return b"".join(
        wire.frame(1, json.dumps(["1", "3", "realtime:joins", event, content]).encode())
        for event, content in messages)


def lists(first):
    """A hundred bindings of a hundred values each, no two of which are alike."""
    starts = range(first, first + 10_000, 100)
    values = [",".join(str(start + place) for place in range(100)) for start in starts]
    return [
        {"event": "*", "schema": "public", "table": "notes", "filter": f"topic=in.({value})"}
        for value in values
    ]


def changing_tokens(server, tokens):
    """Sockets of a hundred lists that show one token after the other, until their channel is ended."""

    def make(number):
        bindings = lists(1_000_000 + number * 10_000)
        turns = itertools.count(1)
        feeds = []

        def act():
            feed = feeds.pop() if feeds else wire.Feed(
                server, bindings, tokens[0], "127.0.0.3", f"tokens{number}")
            feed.send("access_token", {"access_token": tokens[next(turns) % len(tokens)]})
            feed.heartbeat()
            message = feed.receive()
            while message and message[2] != "phoenix" and message[3] != "phx_close":
                message = feed.receive()
            if message and message[3] != "phx_close":
                feeds.append(feed)
            else:
                feed.close()

        return act

    together(20, make)


def rejoins(server, tokens):
    """Sockets that join with eight hundred lists, go without a word, and come again."""

    def make(number):
        token = tokens[number % len(tokens)]
        channels = [lists(1_000_000 * (number + 2) + channel * 10_000) for channel in range(8)]

        def act():
            feed = wire.Feed(server, channels[0], token, "127.0.0.3", "again0")
            feed.wait_for("phx_reply")
            for place, bindings in enumerate(channels[1:], 1):
                feed.topic = f"realtime:again{place}"
                feed.send("phx_join", {
                    "config": {"postgres_changes": bindings}, "access_token": token})
                feed.wait_for("phx_reply")
            feed.close()

        return act

    together(3, make)


def chunks(server, tokens):
    """Bodies in chunks of one byte."""
    head = wire.head(server, "POST", "/rest/v1/notes", None, tokens[0])
    head = head.replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    content = head + b"1\r\n \r\n" * 100_000 + b"0\r\n\r\n"
    pour(lambda _: server.connect("127.0.0.3"), content, 32)


def compute(server, tokens):
    """Says nothing to the server, and leaves it as little of the core as any attack: what of a
    bystander's times is the kernel's. On PostgreSQL the same by as many statements as the server
    has connections for long ones."""
    if apus.POSTGRES:
        for _ in range(LONG_STATEMENTS):
            apus.Database.compute()
    while True:
        count(SERVED)


# What must be there before an attack, as bodies of the attacker's.
ROWS_OF = {
    "cascades": [{"id": PARENT, "topic": 1, "text": "parent"}] + [
        ("replies", [{"note_id": PARENT, "text": "r" * 40}] * 1000)] * 2_500,
    "large-values": [{"topic": 2_009, "text": "x" * 9_000_000}],
    "representations": [[{"topic": 2_010, "text": "r" * 90_000} for _ in range(100)]] * 10,
    "long-rows": [{"topic": 2_011, "text": "x" * 9_000_000}] * 4,
}

# Name, what it is, the attack.
ATTACKS = {
    "compute": ("a busy process beside the server, to compare with", compute),
    "json-paths-large": ("330 JSON paths, one 849 kB row", reads(json_paths(1), 2, False)),
    "json-paths": ("330 JSON paths, ordinary rows", reads(json_paths(2), 2, False)),
    "count": ("64 callers count 100,000 rows", reads("/rest/v1/notes?topic=gte.0&limit=1", 64)),
    "patterns": ("16 callers, ilike of 30 stars", reads(patterns(), 16)),
    "embeds": ("16 callers, embeds six deep", reads(DEEP, 16)),
    "bulk": ("bodies of 100,000 rows", bulk(100_000, 2)),
    "bodies": ("8 times bodies of 5,000 rows", bulk(5_000, 8)),
    "flood": ("512 inserts at once", flood),
    "cascades": ("deletes that are undone for what goes along", cascades),
    "rewrite": ("PATCH of all of one's rows", rewrite),
    "like-feeds": ("10 × 100 like bindings, rows of 20 kB",
                   listen(like_filter, 10, "a" * 20_000)),
    "in-feeds": ("10 × 100 bindings of in lists", listen(in_filter, 10, "small")),
    "passwords": ("100 addresses guess passwords",
                  passwords(100, SIGN_IN, "127.0.1.{}", "nobody{}.{}@example.org")),
    "lock-out": ("wrong passwords for one account",
                 passwords(4, SIGN_IN, "127.0.0.3", "bystander@example.org")),
    "lock-out-many": ("50 addresses, wrong passwords for one account",
                      passwords(50, SIGN_IN, "127.0.4.{}", "bystander@example.org")),
    "sign-ups": ("50 addresses sign up",
                 passwords(50, "/auth/v1/signup", "127.0.2.{}", "x{}.{}@example.org")),
    "half-bodies": ("400 bodies of 10 MB, never whole", half_bodies),
    "unread-answers": ("long answers that nobody reads", unread_answers),
    "deaf-sockets": ("300 sockets that read nothing", deaf_sockets),
    "idle-connections": ("all the connections one host can have", idle_connections),
    "large-values": ("64 callers read one row of 9 MB",
                     reads("/rest/v1/notes?topic=eq.2009", 64, fields=[SINGULAR])),
    "representations": ("64 times 1,000 rows of 90 kB back", representations),
    "long-rows": ("lists of rows of 9 MB that nobody reads", long_rows),
    "dense-bodies": ("16 times bodies of 2 million values", dense_bodies),
    "slow-frames": ("all the sockets there can be, frames of 60 kB, never whole", slow_frames),
    "many-bindings": ("sockets of 1,000 bindings of lists", many_bindings),
    "query-shapes": ("reads of which no two are alike", query_shapes),
    "plans": ("16 readers, what takes long to plan", plans),
    "plan-writes": ("16 writers, filters that take long to plan", plan_writes),
    "pings": ("40 sockets of empty pings", frames(pings, 40)),
    "joins": ("20 sockets join 100 lists and leave", frames(joins, 20)),
    "tokens": ("20 sockets of 100 lists, one token after the other", changing_tokens),
    "rejoins": ("3 sockets join 8 × 100 lists, go and come again", rejoins),
    "heartbeats": ("40 sockets, heartbeats of 250 kB", frames(heartbeats, 40)),
    "chunks": ("32 bodies in chunks of one byte", chunks),
    "long-heads": ("heads of 60 kB, never whole", long_heads),
}

# Those that once held up everybody, each in a way of its own.
WORST = ["json-paths", "count", "bulk", "rewrite", "like-feeds", "unread-answers"]
