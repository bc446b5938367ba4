"""What Tests/RealInput/run does, in the order of its lines."""

import csv
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from decimal import Decimal
from pathlib import Path

APUS = os.environ["APUS_BINARY"]
SOURCE, SHARE = Path(sys.argv[1]), int(sys.argv[2])
PSQL = [os.environ["APUS_POSTGRES_BIN"] + "/psql", "-X", "-q", "-h", os.environ["APUS_POSTGRES_SOCKET"],
        "-U", "apus"]
TABLES = ["airlines", "airports", "planes", "weather", "flights"]
TEXT, WHOLE, NUMBER = '"type": "string"', '"type": "integer"', '"type": "number"'
MOMENT = '"type": "string", "format": "date-time"'

MODELS = {
    "airlines": f'''{{"properties": {{
      "carrier": {{{TEXT}, "maxLength": 2}}, "name": {{{TEXT}, "maxLength": 40}}}},
     "primaryKey": ["carrier"], "required": ["name"], "access": {{"read": true}}}}''',
    "airports": f'''{{"properties": {{
      "faa": {{{TEXT}, "maxLength": 3}}, "name": {{{TEXT}}}, "lat": {{{NUMBER}}}, "lon": {{{NUMBER}}},
      "alt": {{{WHOLE}}}, "tz": {{{WHOLE}}}, "dst": {{{TEXT}}}, "tzone": {{{TEXT}}}}},
     "primaryKey": ["faa"], "required": ["name"], "access": {{"read": true}}}}''',
    "planes": f'''{{"properties": {{
      "tailnum": {{{TEXT}}}, "year": {{{WHOLE}}}, "type": {{{TEXT}}}, "manufacturer": {{{TEXT}}},
      "model": {{{TEXT}}}, "engines": {{{WHOLE}}}, "seats": {{{WHOLE}}}, "speed": {{{WHOLE}}},
      "engine": {{{TEXT}}}}},
     "primaryKey": ["tailnum"], "access": {{"read": true}}}}''',
    "weather": f'''{{"properties": {{
      "id": {{{WHOLE}, "identity": true}}, "origin": {{{TEXT}, "references": {{"model": "airports"}}}},
      "year": {{{WHOLE}}}, "month": {{{WHOLE}}}, "day": {{{WHOLE}}}, "hour": {{{WHOLE}}},
      "temp": {{{NUMBER}}}, "dewp": {{{NUMBER}}}, "humid": {{{NUMBER}}}, "wind_dir": {{{WHOLE}}},
      "wind_speed": {{{NUMBER}}}, "wind_gust": {{{NUMBER}}}, "precip": {{{NUMBER}}},
      "pressure": {{{NUMBER}}}, "visib": {{{NUMBER}}}, "time_hour": {{{MOMENT}}}}},
     "access": {{"read": true}}}}''',
    "flights": f'''{{"properties": {{
      "id": {{{WHOLE}, "identity": true}}, "year": {{{WHOLE}}}, "month": {{{WHOLE}}}, "day": {{{WHOLE}}},
      "dep_time": {{{WHOLE}}}, "sched_dep_time": {{{WHOLE}}}, "dep_delay": {{{WHOLE}}},
      "arr_time": {{{WHOLE}}}, "sched_arr_time": {{{WHOLE}}}, "arr_delay": {{{WHOLE}}},
      "carrier": {{{TEXT}, "references": {{"model": "airlines", "as": "airline", "inverse": "flights"}}}},
      "flight": {{{WHOLE}}}, "tailnum": {{{TEXT}}}, "origin": {{{TEXT}}}, "dest": {{{TEXT}}},
      "air_time": {{{WHOLE}}}, "distance": {{{WHOLE}}}, "hour": {{{WHOLE}}}, "minute": {{{WHOLE}}},
      "time_hour": {{{MOMENT}}}}},
     "realtime": true, "access": {{"read": true}}}}''',
}

# What it is, the model, and what stands there in the place of what.
CHANGES = [
    ("a column", "flights", '"hour":', '"note": {"type": "string", "default": ""}, "hour":'),
    ("an index", "flights", '"realtime"', '"indexes": [{"on": ["origin", "time_hour"]}], "realtime"'),
    ("a renamed column", "flights", '"dep_delay": {"type": "integer"',
     '"departure_delay": {"type": "integer", "renamedFrom": "dep_delay"'),
    ("another type", "planes", '"year": {"type": "integer"', '"year": {"type": "string"'),
    ("an enum", "airports", '"dst": {"type": "string"', '"dst": {"type": "string", "enum": ["A", "N", "U"]'),
    ("a check", "flights", '"realtime"', '"checks": {"goes_somewhere": "distance > 0"}, "realtime"'),
    ("a longer text", "airlines", '"maxLength": 40', '"maxLength": 80'),
    ("a reference", "flights", '"origin": {"type": "string"',
     '"origin": {"type": "string", "references": {"model": "airports", "as": "from"}'),
    ("required columns", "flights", '"realtime"',
     '"required": ["carrier", "origin", "dest", "distance"], "realtime"'),
    ("another action of a reference", "weather", '{"model": "airports"}',
     '{"model": "airports", "onDelete": "cascade"}'),
]


def run(*words, **options):
    done = subprocess.run([APUS, *words], capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"apus {' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


def prepare(folder):
    """The rows as Apus takes them: what is not known is nothing."""
    for table in TABLES:
        with open(SOURCE / f"{table}.csv", newline="") as source, \
                open(folder / f"{table}.csv", "w", newline="") as target:
            reader, writer = csv.reader(source), csv.writer(target)
            writer.writerow(next(reader))
            for number, row in enumerate(reader):
                if table != "flights" or number % SHARE == 0:
                    writer.writerow(["" if field == "NA" else field for field in row])


class Server:
    """`apus dev`, and what it says."""

    def __init__(self, project):
        self.process = subprocess.Popen(
            [APUS, "dev", "--project", project, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        self.port = int(self.until("listening on")[-1].rsplit(":", 1)[1])

    def until(self, end):
        lines = []
        for line in self.process.stdout:
            lines.append(line.rstrip())
            if end in line:
                return lines
            if "not taken" in line:
                sys.exit(f"not taken: {line}{self.process.stdout.readline()}")
        sys.exit("apus dev has ended: " + "\n".join(lines))


class Load:
    """Eight clients that read and write until they are told to end."""

    def __init__(self, port, key):
        self.port, self.key = port, key
        self.requests, self.failures, self.is_over = 0, [], False
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.use, args=(n,)) for n in range(8)]
        for thread in self.threads:
            thread.start()

    def use(self, number):
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        fields = {"apikey": self.key, "Content-Type": "application/json"}
        made = 0
        while not self.is_over:
            if number % 2:
                connection.request(
                    "GET", "/rest/v1/flights?select=id,dep_delay,airline:airlines(name)&order=id.desc"
                    "&limit=20", headers=fields)
            else:
                made += 1
                row = {"carrier": "AA", "origin": "JFK", "dest": "LAX", "distance": 2475,
                       "flight": 100000 + number}
                connection.request("POST", "/rest/v1/flights", json.dumps(row), fields)
            answer = connection.getresponse()
            text = answer.read()
            with self.lock:
                self.requests += 1
                if answer.status >= 300:
                    self.failures.append(f"{answer.status} {text[:200]}")

    def end(self):
        self.is_over = True
        for thread in self.threads:
            thread.join()


def exported(project, folder):
    """Each table's rows, by their keys."""
    run("export", "--all", str(folder), "--format", "ndjson", "--project", str(project))
    tables = {}
    for table in TABLES:
        with open(folder / f"{table}.ndjson") as lines:
            tables[table] = [json.loads(line, parse_float=Decimal) for line in lines]
    return tables


def judge(tables, folder):
    """Every row of the source is there with its values, whatever its columns are called now."""
    renamed = {"dep_delay": "departure_delay"}
    count = 0
    for table in TABLES:
        keys = {"airlines": "carrier", "airports": "faa", "planes": "tailnum"}
        rows = {}
        for number, row in enumerate(tables[table]):
            rows[row[keys[table]] if table in keys else number] = row
        with open(folder / f"{table}.csv", newline="") as source:
            for number, wanted in enumerate(csv.DictReader(source)):
                row = rows[wanted[keys[table]] if table in keys else number]
                count += 1
                for name, text in wanted.items():
                    found = row[renamed.get(name, name) if table == "flights" else name]
                    if not is_same(text, found):
                        sys.exit(f"{table} {wanted}: {name} is {found!r}")
    return count


def is_same(text, found):
    if found is None:
        return text == ""
    if isinstance(found, (int, Decimal)):
        return float(text) == float(found)
    return text == found or text.replace("Z", "+00:00") == found


def compare(project, tables, script):
    """A stock PostgreSQL takes the script whole, and has the same rows."""
    subprocess.run([*PSQL, "-d", "postgres", "-c", "CREATE DATABASE flights"], check=True)
    subprocess.run([*PSQL, "-d", "flights", "-v", "ON_ERROR_STOP=1", "-1",
                    "-c", "SET client_min_messages = error", "-f", script], check=True,
                   stdout=subprocess.DEVNULL)
    count = 0
    for table in TABLES:
        key = {"airlines": "carrier", "airports": "faa", "planes": "tailnum"}.get(table, "id")
        text = subprocess.run(
            [*PSQL, "-d", "flights", "-At", "-c",
             f"SET timezone = 'UTC'; SELECT row_to_json(t) FROM {table} t ORDER BY {key} COLLATE \"C\""
             if key != "id" else
             f"SET timezone = 'UTC'; SELECT row_to_json(t) FROM {table} t ORDER BY id"],
            check=True, capture_output=True, text=True).stdout
        found = [json.loads(line, parse_float=Decimal) for line in text.splitlines()]
        wanted = tables[table]
        if len(found) != len(wanted):
            sys.exit(f"{table}: {len(found)} rows in PostgreSQL, {len(wanted)} here")
        for ours, theirs in zip(wanted, found):
            count += 1
            for name, value in ours.items():
                other = theirs[name]
                same = value == other or (
                    isinstance(value, str) and isinstance(other, str)
                    and moment(value) == moment(other)) or (
                    isinstance(value, (int, Decimal)) and isinstance(other, (int, Decimal))
                    and float(value) == float(other))
                if not same:
                    sys.exit(f"{table} {ours}: {name} is {other!r} in PostgreSQL")
    return count


def moment(text):
    return re.sub(r"(\.\d*?)0*\+00:00$", r"\1+00:00", text)


def main():
    with tempfile.TemporaryDirectory(prefix="apus-real-") as place:
        folder = Path(place)
        project, rows = folder / "project", folder / "rows"
        (project / "Schemas/models").mkdir(parents=True)
        rows.mkdir()
        prepare(rows)
        for name, model in MODELS.items():
            (project / f"Schemas/models/{name}.json").write_text(model)
        server = Server(str(project))
        key = json.loads(run("keys", "--json", "--project", str(project)))["service_role"]
        start = time.monotonic()
        for table in TABLES:
            run("import", table, str(rows / f"{table}.csv"), "--project", str(project))
        imported = time.monotonic() - start
        load = Load(server.port, key)
        spans = []
        models = dict(MODELS)
        for name, model, old, new in CHANGES:
            assert old in models[model], (name, old)
            models[model] = models[model].replace(old, new)
            start = time.monotonic()
            path = project / f"Schemas/models/{model}.json"
            path.with_suffix(".new").write_text(models[model])
            os.replace(path.with_suffix(".new"), path)
            server.until(f"took models/{model}.json")
            spans.append(f"{name} {round(1000 * (time.monotonic() - start))} ms")
        load.end()
        tables = exported(project, folder / "exported")
        count = judge(tables, rows)
        print(f"imported beside the server: {count} rows in {imported:.1f} s")
        print(f"ten changes under load: {load.requests} requests of 8 clients, "
              f"{len(load.failures)} failed; " + ", ".join(spans))
        print(f"after them: {count} of {count} rows as they were in the source")
        server.process.terminate()
        server.process.wait()
        run("migrate", "new", "first", "--project", str(project))
        script = str(folder / "flights.sql")
        start = time.monotonic()
        run("export", "postgres", script, "--project", str(project))
        exporting = time.monotonic() - start
        compared = compare(project, tables, script)
        print(f"exported to PostgreSQL in {exporting:.1f} s: {compared} rows compared, 0 differ")
        if load.failures:
            sys.exit(f"failed: {sorted(set(load.failures))[:5]}")


main()
