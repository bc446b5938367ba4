"""Starts the echo server, plays the Autobahn testsuite against it and says how it went.

    suite.py ECHO_SERVER WSTEST REPORT_DIRECTORY
"""

import collections
import json
import pathlib
import subprocess
import sys

# The whole suite takes a dozen seconds.
SECONDS_MAX = 300
# Groups of cases that ask for permessage-deflate, which Apus does not offer.
COMPRESSION = {"12", "13"}
GROUPS = {"1", "2", "3", "4", "5", "6", "7", "9", "10"} | COMPRESSION


def play(server, wstest, report):
    """Plays all cases against a server on a free port. Returns the verdicts by case."""
    echo = subprocess.Popen([server, "0", "2"], stdout=subprocess.PIPE, text=True)
    try:
        url = echo.stdout.readline().removeprefix("listening on http://").strip()
        report.mkdir(parents=True, exist_ok=True)
        specification = report / "specification.json"
        specification.write_text(json.dumps({
            "outdir": str(report), "cases": ["*"], "exclude-cases": [], "exclude-agent-cases": {},
            "servers": [{"agent": "Apus", "url": f"ws://{url}"}],
        }))
        index = report / "index.json"
        index.unlink(missing_ok=True)
        with open(report / "log", "wb") as log:
            subprocess.run(
                [wstest, "-m", "fuzzingclient", "-s", specification], stdout=log, stderr=log,
                timeout=SECONDS_MAX, check=True)
        return json.loads(index.read_text())["Apus"]
    finally:
        echo.kill()
        echo.wait()


def is_expected(case, behavior):
    if behavior == "UNIMPLEMENTED":
        return case.split(".")[0] in COMPRESSION
    return behavior in ("OK", "INFORMATIONAL")


def main(server, wstest, report):
    verdicts = play(server, wstest, pathlib.Path(report))
    failed = 0
    for case, verdict in verdicts.items():
        behaviors = verdict["behavior"], verdict["behaviorClose"]
        if not all(is_expected(case, behavior) for behavior in behaviors):
            failed += 1
            print(f"case {case}: {behaviors[0]}, its close {behaviors[1]}")
    missing = GROUPS - {case.split(".")[0] for case in verdicts}
    if missing:
        sys.exit(f"no case was played of the groups {', '.join(sorted(missing))}")
    counts = collections.Counter(verdict["behavior"] for verdict in verdicts.values())
    print("Autobahn: " + ", ".join(f"{count} {name}" for name, count in counts.most_common()))
    print(f"{len(verdicts) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main(*sys.argv[1:])
