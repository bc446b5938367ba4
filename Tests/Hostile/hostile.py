"""Attacks a server of its own and measures a bystander beside it: `Tests/Hostile/run --help`.

Attackers and server share the first core, the bystander has the second to itself: what it waits for
is the server. Each attack is judged by the bystander's own times before it, in the same run."""

import argparse
import json
import math
import multiprocessing
import os
import pathlib
import resource
import signal
import sys
import time
import traceback
import urllib.request
from typing import NamedTuple

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "Interop"))

import apus
import attacks
import bystander
import wire

SERVER_CORE, BYSTANDER_CORE = 0, 1


class Bounds(NamedTuple):
    """What the bystander may notice."""

    # How many times its own time before a thing may take under one attack, and under all of them.
    one_max: float
    all_max: float
    # Milliseconds that count as no failure however little it took before: what a scheduler does
    # with busy processes. What needs them is told.
    grace: float
    # The part of the times that must keep to it.
    percentile: int
    # The same as `grace` for some kinds of thing.
    graces: dict = {}

    def most(self, before, attacks):
        return (self.one_max if attacks == 1 else self.all_max) * before

    def grace_of(self, kind):
        return self.graces.get(kind, self.grace)

    @property
    def told_grace(self):
        kinds = [f"{kind} {grace:.0f} ms" for kind, grace in self.graces.items()]
        return ", ".join(kinds) or f"{self.grace} ms"


AIM = Bounds(one_max=5, all_max=20, grace=8, percentile=99)
# What a machine that does other things as well keeps, and a server that can be stopped does not.
BRIEF = Bounds(one_max=10, all_max=20, grace=60, percentile=90)
# The process may take so many bytes, whatever is done to it.
MEMORY_MAX = 512 << 20
# What of the times beside computing backends counts as no failure of the server's.
BACKENDS_FACTOR = 1.5


def main():
    options = parse()
    resource.setrlimit(resource.RLIMIT_NOFILE, (options.descriptors, options.descriptors))
    multiprocessing.set_start_method("fork", force=True)
    failed, graced = [], []
    columns = [f"{when} p50/p{options.bounds.percentile}" for when in ("before", "during")]
    print(f"{'attack':18} {'thing':8} {columns[0]:>17} {columns[1]:>17}  verdict")
    if apus.POSTGRES and not options.brief:
        options.bounds = beside_backends(options)
    for names in options.rounds:
        outcome = play(names, options)
        if outcome.faults and options.brief:
            print("once more: one stall of the machine is most of so short a time", flush=True)
            outcome = play(names, options)
        if outcome.faults:
            failed.append(outcome)
        elif outcome.needs_grace:
            graced.append(outcome)
    for outcome in failed:
        for fault in outcome.faults:
            print(f"{outcome.title}: {fault}")
    print(f"{options.count - len(failed)} passed, {len(graced)} of them above "
          f"{options.bounds.one_max} × within {options.bounds.told_grace}; {len(failed)} failed")
    sys.exit(1 if failed else 0)


def beside_backends(options):
    """The bounds where PostgreSQL has a part of the server's core: its backends are as many and as
    busy as those who attack can make them, and the kernel serves them all alike. What the bystander
    waits for as many that only compute is measured, and half as much again is no failure."""
    control = play(["compute"], options)
    grace = {kind: max(AIM.grace, BACKENDS_FACTOR * time) for kind, time in control.times.items()}
    return options.bounds._replace(graces=grace)


class Outcome:
    """What came of a round."""

    def __init__(self, title):
        self.title, self.faults, self.needs_grace = title, [], False
        # By kind what the part of the times took that is judged, in milliseconds.
        self.times = {}


def play(names, options):
    """One round, on a server of its own."""
    with Stage() as stage:
        return stage.play(names, options.seconds, options.bounds)


def parse():
    parser = argparse.ArgumentParser(
        prog="Tests/Hostile/run", description=__doc__,
        epilog="attacks: " + ", ".join(attacks.ATTACKS))
    parser.add_argument("attacks", nargs="*", metavar="ATTACK", help="all of them if none is named")
    parser.add_argument("--seconds", type=float, default=10, help="of each measurement (10)")
    parser.add_argument(
        "--brief", action="store_true",
        help="the worst attacks alone, with bounds that a busy machine keeps, each twice at the "
        "most")
    parser.add_argument("--no-finale", action="store_true", help="not all of them together at last")
    parser.add_argument("--together", action="store_true", help="the attacks at once only")
    options = parser.parse_args()
    options.bounds = BRIEF if options.brief else AIM
    names = options.attacks or (attacks.WORST if options.brief else list(attacks.ATTACKS))
    for name in names:
        if name not in attacks.ATTACKS:
            parser.error(f"'{name}' is no attack; there are {', '.join(attacks.ATTACKS)}")
    options.rounds = [[name] for name in names]
    if options.together:
        options.rounds = [names]
    elif len(names) > 1 and not options.brief and not options.no_finale:
        options.rounds.append(names)
    options.count = len(options.rounds)
    _, options.descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)
    options.descriptors = min(options.descriptors, 65_536)
    return options


class Stage:
    """A server with rows, and the people of one round."""

    def __enter__(self):
        os.sched_setaffinity(0, {SERVER_CORE})
        self.apus = apus.Apus(HERE / "project").start()
        os.sched_setaffinity(0, {SERVER_CORE, BYSTANDER_CORE})
        self.server = wire.Server(self.apus.url, self.apus.keys)
        self.turns, self.used = {}, (0, 0)
        self.token = wire.sign_up(self.server, bystander.EMAIL)
        self.tokens = [
            wire.sign_up(self.server, f"attacker{number}@example.org", f"127.0.3.{number + 1}")
            for number in range(4)
        ]
        self.note = self._fill()
        return self

    def __exit__(self, *_):
        self.apus.stop()

    def play(self, names, seconds, bounds):
        """Measures before and during."""
        self.outcome = Outcome(names[0] if len(names) == 1 else "all together")
        for name in names:
            attacks.insert(self.server, self.tokens[0], attacks.ROWS_OF.get(name, []))
        before, faults = self._measure(seconds)
        self.outcome.faults = [f"before: {fault}" for fault in faults[:3]]
        self._waiting()
        attackers, counts, ended = self._begin(names)
        time.sleep(1)
        during, faults = self._measure(seconds)
        waiting = self._waiting()
        self.outcome.faults += sorted(set(faults))[:3]
        self.outcome.faults += [
            f"{name} has ended by itself" for name, is_over in zip(names, ended) if is_over]
        os.killpg(attackers.pid, signal.SIGKILL)
        attackers.join()
        sums = [sum(each) for each in zip(*counts)]
        if not any(sums):
            self.outcome.faults.append("the attack has done nothing")
        for kind in bystander.Bystander.KINDS:
            then, now = [percentiles(times[kind], bounds) for times in (before, during)]
            self._judge(kind, then, now, bounds.most(then[1], len(names)),
                        bounds.grace_of(kind))
        print(f"{self.outcome.title:18} server   {waiting}")
        self._judge_memory(sums)
        return self.outcome

    def _judge(self, kind, then, now, most, grace):
        self.outcome.times[kind] = now[1]
        verdict = "ok" if now[1] <= most else "grace" if now[1] <= grace else "SLOW"
        print(f"{self.outcome.title:18} {kind:8} {then[0]:8.2f}/{then[1]:8.2f} "
              f"{now[0]:8.2f}/{now[1]:8.2f}  {verdict} ×{now[1] / max(then[1], 0.001):.1f}",
              flush=True)
        if verdict == "SLOW":
            self.outcome.faults.append(
                f"{kind} takes {now[1]:.1f} ms, {max(most, grace):.1f} ms at the most")
        self.outcome.needs_grace |= verdict == "grace"

    def _judge_memory(self, outcomes):
        peak = peak_bytes(self.apus.process.pid)
        served, refused, cut = outcomes
        print(f"{self.outcome.title:18} memory   {peak >> 20} MB at the most; the attack was served "
              f"{served} times, refused {refused}, cut off {cut}", flush=True)
        if self.apus.process.poll() is not None:
            self.outcome.faults.append("the server has ended")
        elif peak > MEMORY_MAX:
            self.outcome.faults.append(f"the server has taken {peak >> 20} MB")

    def _waiting(self):
        """What the server itself says of those who waited since this was asked last."""
        request = urllib.request.Request(
            f"{self.apus.url}/metrics", headers={"Authorization": f"Bearer {self.server.service}"})
        try:
            with urllib.request.urlopen(request, timeout=wire.TIMEOUT_SECONDS) as answer:
                lines = answer.read().decode().splitlines()
        except OSError as fault:
            return f"its metrics cannot be read: {fault}"
        now, used = time.monotonic(), used_seconds(self.apus.process.pid)
        (since, before), self.used = self.used, (now, used)
        figures = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        turns = {
            name.split('"')[1]: int(count) for name, count in figures.items()
            if name.startswith("apus_writer_turn_seconds_bucket")}
        new = {bound: count - self.turns.get(bound, 0) for bound, count in turns.items()}
        self.turns = turns
        longest = float(figures["apus_loop_longest_turn_seconds"]) * 1000
        # Shorter ones than five milliseconds are not told.
        text = f"the longest turn of its loops took {longest:.1f} ms" if longest else (
            "no turn of its loops took 5 ms")
        if any(new.values()):
            most = next(bound for bound, count in new.items() if count == new["+Inf"])
            text += f", none of {new['+Inf']} turns of its writer more than {float(most) * 1000:.0f} ms"
        return text + f"; it had {100 * (used - before) / (now - since):.0f} % of the core"

    def _measure(self, seconds):
        """The bystander's times, from a process on a core of its own."""
        ours, theirs = multiprocessing.Pipe()

        def work():
            os.sched_setaffinity(0, {BYSTANDER_CORE})
            theirs.send(bystander.Bystander(self.server, self.token, self.note).run(seconds))

        process = multiprocessing.Process(target=work)
        process.start()
        theirs.close()
        try:
            return ours.recv()
        except EOFError:
            return {kind: [math.inf] for kind in bystander.Bystander.KINDS}, ["it gave up"]
        finally:
            process.join()

    def _begin(self, names):
        """The parent of the attacks' processes, what each counts, and whether it is over."""
        counts = [multiprocessing.RawArray("Q", 3) for _ in names]
        ended = multiprocessing.RawArray("b", len(names))

        def work():
            os.sched_setaffinity(0, {SERVER_CORE})
            stand_back()
            children = [self._attack(name, its) for name, its in zip(names, counts)]
            while True:
                child, _ = os.wait()
                ended[children.index(child)] = 1

        process = multiprocessing.Process(target=work, daemon=True)
        process.start()
        return process, counts, ended

    def _attack(self, name, counts):
        """Forks the process of one attack."""
        child = os.fork()
        if child:
            return child
        try:
            attacks.outcomes = counts
            attacks.ATTACKS[name][1](self.server, self.tokens)
        except BaseException:
            traceback.print_exc()
        os._exit(1)

    def _fill(self):
        """Rows of the attacker's, a large one among them, and one of the bystander's."""
        attacker = wire.Caller(self.server, self.tokens[0], "127.0.3.1")

        def insert(rows, table="notes"):
            status, content = attacker.request("POST", f"/rest/v1/{table}", rows)
            assert status == 201, content[:300]

        for start in range(0, attacks.ROWS, 1000):
            insert([{"topic": 3 + (start + row) % 1000, "text": f"{'a' * 20} {start + row}"}
                    for row in range(1000)])
        filler = {f"x{number}": "y" * 80 for number in range(attacks.BIG_DOCUMENT_BYTES // 92)}
        insert([{"topic": 1, "details": {"a": {"b": {"c": 1}}, **filler}}])
        insert([{"topic": 2, "details": {"a": {"b": {"c": number}}}} for number in range(500)])
        insert([{"note_id": 1 + number % 100, "text": "reply"} for number in range(1000)], "replies")
        attacker.close()
        caller = wire.Caller(self.server, self.token)
        status, content = caller.request(
            "POST", "/rest/v1/notes", {"text": "mine"}, ["Prefer: return=representation"])
        assert status == 201, content
        return json.loads(content)[0]["id"]


def stand_back():
    """Leaves the core to the server, as attackers on machines of their own would, however many they
    are. Where the kernel groups processes by session (sched(7), "autogroup"), niceness counts
    within a session only: all of them are in one."""
    os.nice(19)
    os.setsid()
    group = pathlib.Path("/proc/self/autogroup")
    if group.exists():
        group.write_text("19")


def percentiles(times, bounds):
    if not times:
        return math.inf, math.inf
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[len(ordered) * bounds.percentile // 100]


def used_seconds(pid):
    """The processor's time that a process has had."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_bytes(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    return 0


main()
