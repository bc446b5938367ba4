"""What a recorded request must be answered with, and whether an answer is that.

The rows of the tables (`answers_*.py`) are made here:

- `built(…)`: served; the answer is what the protocol says, which may be an error.
- `absent(…)`: not served; the answer is the error that says so.

In a body, `...` stands for any value (as a key: further members may follow), a type for any value
of it, placeholders for what they stand for. Rows of a list are compared without their order.
"""

from collections import Counter
from dataclasses import dataclass

UNTOLD = object()
# What a run prints at its end: titles and lines.
REPORTS = []


@dataclass(frozen=True)
class Expectation:
    is_built: bool
    status: int
    code: str | None = None
    message: str | None = None
    range: str | None = None
    body: object = UNTOLD

    @property
    def label(self):
        return f"{self.status} {self.code or self.message}"


def built(status, body=UNTOLD, *, code=None, range=None):
    return Expectation(True, status, code=code, range=range, body=body)


def absent(status, code=None, message=None):
    return Expectation(False, status, code=code, message=message)


class Summary:
    """Counts what was answered how, and keeps what was not as it must be."""

    def __init__(self):
        self.built, self.refused, self.absent = 0, Counter(), Counter()
        self.sockets, self.faults = 0, []

    def judge(self, call, expected, request, answer, values):
        faults = faults_of(expected, request, answer, values)
        if faults:
            said = answer.body[:300].decode(errors="replace")
            where = f"{call}: {request.method} {request.target}"
            self.faults.append(f"{where}\n  {'; '.join(faults)}\n  said {answer.status} {said}")
        elif not expected.is_built:
            self.absent[expected.label] += 1
        elif expected.code:
            self.refused[expected.label] += 1
        else:
            self.built += 1

    def finish(self, title):
        """Hands the counts to the end of the run; fails if an answer was not as it must be."""
        REPORTS.append((title, list(self.lines())))
        assert not self.faults, "\n" + "\n".join(self.faults)

    def lines(self):
        refused, absent = sum(self.refused.values()), sum(self.absent.values())
        yield f"answered as built: {self.built + refused}, {refused} of them errors of the protocol"
        yield from (f"    {count:4} {label}" for label, count in sorted(self.refused.items()))
        yield f"not built, answered with the documented error: {absent}"
        yield from (f"    {count:4} {label}" for label, count in sorted(self.absent.items()))
        if self.sockets:
            yield f"calls over sockets answered as they must be: {self.sockets}"


def faults_of(expected, request, answer, values):
    """What is wrong with an answer, as sentences; empty when it is right."""
    faults = []
    if answer.status != expected.status:
        faults.append(f"status {answer.status} is not {expected.status}")
    if expected.code and code_of(answer) != expected.code:
        faults.append(f"code {code_of(answer)} is not {expected.code}")
    if expected.range and answer.field("content-range") != expected.range:
        faults.append(f"range {answer.field('content-range')} is not {expected.range}")
    if request.method != "HEAD":
        if expected.message and (answer.json or {}).get("message") != expected.message:
            faults.append(f"the message is not {expected.message!r}")
        if expected.body is not UNTOLD and not matches(expected.body, answer.json, values):
            faults.append(f"the body is not {expected.body}")
    faults += framing_faults(request, answer)
    if request.target.startswith("/rest/") and answer.status != 401:
        faults += rest_faults(request, answer)
    if request.target.startswith("/auth/") and answer.status >= 400 and code_of(answer):
        faults += auth_faults(request, answer)
    return faults


def code_of(answer):
    """The code in the body, or where HEAD has it."""
    if isinstance(answer.json, dict):
        return answer.json.get("error_code") or answer.json.get("code")
    return (answer.field("proxy-status") or "").partition("error=")[2] or None


def framing_faults(request, answer):
    if (request.method == "HEAD" or answer.status == 204) and answer.body:
        yield "there is a body"
    if answer.status == 204 and answer.field("content-length") is not None:
        yield "204 has a length"
    if request.field("origin") and answer.all("access-control-allow-origin") != ["*"]:
        yield f"allowed origins {answer.all('access-control-allow-origin')}"
    if request.field("origin") and len(answer.all("access-control-expose-headers")) != 1:
        yield f"exposed headers {answer.all('access-control-expose-headers')}"


def rest_faults(request, answer):
    """What holds for every answer of the data API."""
    media = answer.field("content-type")
    if answer.status >= 400:
        if media != "application/json; charset=utf-8":
            yield f"an error of type {media}"
        if answer.field("proxy-status") != f"PostgREST; error={code_of(answer)}":
            yield f"Proxy-Status {answer.field('proxy-status')}"
        if request.method != "HEAD" and set(answer.json) != {"code", "message", "details", "hint"}:
            yield "an error without its four members"
        return
    accepted = request.field("accept")
    wanted = accepted if "pgrst" in accepted else "application/json"
    if media != (f"{wanted}; charset=utf-8" if answer.body or request.method == "HEAD" else None):
        yield f"type {media}"
    if answer.field("content-profile") != "public":
        yield f"profile {answer.field('content-profile')}"
    if answer.field("preference-applied") != applied(request.field("prefer")):
        yield f"applied {answer.field('preference-applied')}"


def applied(prefer):
    """The preferences that are honoured, in the order in which they are told."""
    order = ["resolution", "missing", "return", "count", "handling", "timezone", "max-affected"]
    parts = {part.partition("=")[0]: part for part in (prefer or "").split(", ")}
    return ", ".join(parts[name] for name in order if name in parts) or None


def auth_faults(request, answer):
    """An error has the form that the version asks for, and tells the version."""
    version = request.field("x-supabase-api-version")
    if answer.field("x-supabase-api-version") != version:
        yield f"version {answer.field('x-supabase-api-version')}"
    members = {"code", "message"} if version else {"code", "error_code", "msg"}
    if not members <= set(answer.json):
        yield f"members {sorted(answer.json)}"


def matches(pattern, value, values):
    if pattern is ...:
        return True
    if isinstance(pattern, type):
        return isinstance(value, pattern)
    if isinstance(pattern, str):
        return value == values.fill(pattern)
    if isinstance(pattern, dict):
        return isinstance(value, dict) and members_match(pattern, value, values)
    if isinstance(pattern, list):
        return isinstance(value, list) and rows_match(pattern, value, values)
    return type(value) is type(pattern) and value == pattern


def members_match(pattern, value, values):
    names = {name for name in pattern if name is not ...}
    if not (names <= set(value) if ... in pattern else names == set(value)):
        return False
    return all(matches(pattern[name], value[name], values) for name in names)


def rows_match(pattern, value, values):
    left = list(value)
    for row in pattern:
        found = [index for index, other in enumerate(left) if matches(row, other, values)]
        if not found:
            return False
        del left[found[0]]
    return not left
