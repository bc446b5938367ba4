"""Executes the blocks of the pages that people follow, and tells how many were."""

import pathlib
import shutil
import sys
import tempfile
import traceback

from checks import Skipped, check
from pages import blocks
from shell import Postgres, Shell

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE = ROOT / "Sources/Server/Documentation.docc"


class Failed(Exception):
    """A block does not do what its page says."""


class Count:
    def __init__(self):
        self.executed, self.checked, self.failed = 0, 0, []
        self.skipped = {}

    def skip(self, reason):
        self.skipped[reason] = self.skipped.get(reason, 0) + 1

    @property
    def text(self):
        skipped = sum(self.skipped.values())
        why = "; ".join(f"{count} {reason}" for reason, count in self.skipped.items())
        return (f"{self.executed} blocks executed, {self.checked} checked, {skipped} skipped"
                + (f": {why}" if why else ""))


def follow(page, folder, postgres, count):
    """Does what a page says, block by block, as one who reads it from its first line."""
    shell = Shell(folder, ROOT, postgres)
    try:
        for block in blocks(page.name, page.read_text()):
            try:
                execute(block, shell, postgres, count)
            except Exception as error:
                if not isinstance(error, (Failed, ValueError)):
                    traceback.print_exc()
                print(f"--- {block.place}\n{block.text}--- {error}", flush=True)
                count.failed.append(block.place)
                # What follows builds on it.
                return
    finally:
        shell.end()


def execute(block, shell, postgres, count):
    if "needs postgres" in block.ways and not postgres.is_there:
        count.skip("need PostgreSQL")
        return
    if block.unexecuted or not (block.is_command or block.path):
        try:
            check(block)
            count.checked += 1
        except Skipped as reason:
            count.skip(str(reason))
        return
    if "in the clone" in block.ways:
        shell.enter(shell.clone)
    if "server stopped" in block.ways:
        shell.stop_server()
    if block.path:
        shell.write(block.path, block.text)
        try:
            check(block)
        except Skipped:
            pass
    elif block.language == "console":
        shell.compare(block.text)
    else:
        shell.run(block.text)
    shell.require_no_faults()
    count.executed += 1


def main(names):
    pages = [ROOT / "README.md", *sorted(GUIDE.glob("*.md"))]
    chosen = [page for page in pages if not names or page.name in names]
    count = Count()
    temporary = pathlib.Path(tempfile.mkdtemp(prefix="apus-pages-"))
    postgres = Postgres(ROOT)
    try:
        for page in chosen:
            print(page.name, flush=True)
            follow(page, temporary / page.stem, postgres, count)
    finally:
        postgres.stop()
        shutil.rmtree(temporary, ignore_errors=True)
    print(count.text)
    if count.failed:
        print("failed: " + ", ".join(count.failed))
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
