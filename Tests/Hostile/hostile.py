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
import shutil
import sys
import tempfile
import time
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
    # Milliseconds that are no sign of anything: what a scheduler does with busy processes.
    grace: float
    # The part of the times that must keep to it.
    percentile: int

    def most(self, before, attacks):
        return max((self.one_max if attacks == 1 else self.all_max) * before, self.grace)


AIM = Bounds(one_max=5, all_max=20, grace=8, percentile=99)
# What a machine that does other things as well keeps, and a server that can be stopped does not.
BRIEF = Bounds(one_max=10, all_max=20, grace=60, percentile=90)
# The process may take so many bytes, whatever is done to it.
MEMORY_MAX = 512 << 20


def main():
    options = parse()
    resource.setrlimit(resource.RLIMIT_NOFILE, (options.descriptors, options.descriptors))
    multiprocessing.set_start_method("fork", force=True)
    failed = []
    columns = [f"{when} p50/p{options.bounds.percentile}" for when in ("before", "during")]
    print(f"{'attack':18} {'thing':8} {columns[0]:>17} {columns[1]:>17}  verdict")
    for names in options.rounds:
        faults = play(names, options)
        if faults and options.brief:
            print("once more: one stall of the machine is most of so short a time", flush=True)
            faults = play(names, options)
        failed += faults
    for fault in failed:
        print(fault)
    print(f"{options.count - len({f.split(':')[0] for f in failed})} passed, "
          f"{len({f.split(':')[0] for f in failed})} failed")
    sys.exit(1 if failed else 0)


def play(names, options):
    """One round, on a server of its own; answers what is wrong."""
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
    options = parser.parse_args()
    options.bounds = BRIEF if options.brief else AIM
    names = options.attacks or (attacks.WORST if options.brief else list(attacks.ATTACKS))
    for name in names:
        if name not in attacks.ATTACKS:
            parser.error(f"'{name}' is no attack; there are {', '.join(attacks.ATTACKS)}")
    options.rounds = [[name] for name in names]
    if len(names) > 1 and not options.brief and not options.no_finale:
        options.rounds.append(names)
    options.count = len(options.rounds)
    _, options.descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)
    options.descriptors = min(options.descriptors, 65_536)
    return options


class Stage:
    """A server with rows, and the people of one round."""

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="apus-hostile-"))
        os.sched_setaffinity(0, {SERVER_CORE})
        self.apus = apus.Apus(HERE / "project").start()
        os.sched_setaffinity(0, {SERVER_CORE, BYSTANDER_CORE})
        self.server = wire.Server(self.apus.url, self.apus.keys)
        self.token = wire.sign_up(self.server, bystander.EMAIL)
        self.tokens = [
            wire.sign_up(self.server, f"attacker{number}@example.org", f"127.0.3.{number + 1}")
            for number in range(4)
        ]
        self.note = self._fill()
        return self

    def __exit__(self, *_):
        self.apus.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def play(self, names, seconds, bounds):
        """Measures before and during; answers what is wrong."""
        title = names[0] if len(names) == 1 else "all together"
        before, faults = self._measure(seconds)
        self.faults = [f"{title}: before: {fault}" for fault in faults[:3]]
        running = [self._begin(name) for name in names]
        time.sleep(1)
        during, faults = self._measure(seconds)
        for process, _ in running:
            process.kill()
            process.join()
        self.faults += [f"{title}: {fault}" for fault in sorted(set(faults))[:3]]
        for kind in bystander.Bystander.KINDS:
            then, now = [percentiles(times[kind], bounds) for times in (before, during)]
            self._judge(title, kind, then, now, bounds.most(then[1], len(names)))
        self._judge_memory(title, [sum(each) for each in zip(*(counts for _, counts in running))])
        return self.faults

    def _judge(self, title, kind, then, now, most):
        is_good = now[1] <= most
        print(f"{title:18} {kind:8} {then[0]:8.2f}/{then[1]:8.2f} {now[0]:8.2f}/{now[1]:8.2f}  "
              f"{'ok' if is_good else 'SLOW'} ×{now[1] / max(then[1], 0.001):.1f}", flush=True)
        if not is_good:
            self.faults.append(f"{title}: {kind} takes {now[1]:.1f} ms, {most:.1f} ms at the most")

    def _judge_memory(self, title, outcomes):
        peak = peak_bytes(self.apus.process.pid)
        served, refused, cut = outcomes
        print(f"{title:18} memory   {peak >> 20} MB at the most; the attack was served {served} "
              f"times, refused {refused}, cut off {cut}", flush=True)
        if self.apus.process.poll() is not None:
            self.faults.append(f"{title}: the server has ended")
        elif peak > MEMORY_MAX:
            self.faults.append(f"{title}: the server has taken {peak >> 20} MB")

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

    def _begin(self, name):
        """The attack's process, and what it counts."""
        counts = multiprocessing.RawArray("Q", 3)

        def work():
            attacks.outcomes = counts
            os.sched_setaffinity(0, {SERVER_CORE})
            stand_back()
            attacks.ATTACKS[name][1](self.server, self.tokens)

        process = multiprocessing.Process(target=work, daemon=True)
        process.start()
        return process, counts

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
    """Leaves the core to the server, as attackers on machines of their own would. Where the kernel
    groups processes by session (sched(7), "autogroup"), niceness counts within a session only."""
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


def peak_bytes(pid):
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    except OSError:
        pass
    return 0


main()
