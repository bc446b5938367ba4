"""The terminal of one who follows a page."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time

WAIT_SECONDS = 180
# The port that pages name; each is followed with one that is free.
PORT = "54321"
SERVER = re.compile(r"^(apus (?:dev|serve)\b)", re.MULTILINE)
FAULT = re.compile(r"^\S+:\d+:\d+: (?!.*\(warning\)$).*", re.MULTILINE)

# Commands of a block that fail are noted, and so are answers that are none; servers go on in the
# background, one at a time, and are waited for.
PRELUDE = r"""
set -E
curl() { command curl --fail-with-body "$@"; }
serve() {
    stop_server
    "$@" >"$PAGE/server.log" 2>&1 &
    server=$!
    for _ in $(seq 600); do
        if grep -q 'listening on' "$PAGE/server.log"; then return 0; fi
        if ! kill -0 $server 2>/dev/null; then break; fi
        sleep 0.1
    done
    cat "$PAGE/server.log"
    return 1
}
stop_server() {
    if [ -n "${server:-}" ]; then kill $server; wait $server; fi
    server=
}
"""
# A page's environment of Python is the one that has the stock clients already.
PYTHON = """#!/bin/bash
if [ "$1 $2" = '-m venv' ]; then exec ln -s "{environment}" "$3"; fi
exec "{environment}/bin/python" "$@"
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Postgres:
    """A private PostgreSQL, started when a page needs it first."""

    def __init__(self, root):
        self.script = root / "Tests/Interop/postgres"
        self.is_there = bool(os.environ.get("APUS_POSTGRES_BIN")
                             or list(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")))
        self.process = None

    def environment(self):
        if self.process is None:
            text = (f". '{self.script}'; trap stop_postgres EXIT; start_postgres; "
                    'echo "$APUS_POSTGRES_SOCKET $APUS_POSTGRES_BIN"; read -r')
            self.process = subprocess.Popen(
                ["bash", "-euc", text], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.socket, self.programs = self.process.stdout.readline().split()
        return {"PGHOST": self.socket, "PGUSER": "apus"}

    def stop(self):
        if self.process:
            self.process.communicate("\n")


class Shell:
    def __init__(self, folder, root, postgres):
        self.folder = folder
        self.home = folder / "home"
        self.clone = folder / "clone"
        self.home.mkdir(parents=True)
        for name in ("Schemas", "Migrations"):
            shutil.copytree(root / name, self.clone / name)
        self.port = free_port()
        self.count = 0
        programs = folder / "bin"
        programs.mkdir()
        (programs / "apus").symlink_to(os.environ["APUS_BINARY"])
        environment = pathlib.Path(os.environ["APUS_PYTHON"]).parent.parent
        (programs / "python3").write_text(PYTHON.format(environment=environment))
        (programs / "python3").chmod(0o755)
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("APUS_", "PG"))}
        path = f"{programs}:{kept['PATH']}"
        database = {}
        if postgres.is_there:
            database = postgres.environment()
            path = f"{programs}:{postgres.programs}:{kept['PATH']}"
        self.bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], stdin=subprocess.PIPE, text=True, cwd=self.home,
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=kept | database | {
                "HOME": str(self.home), "PATH": path, "PAGE": str(folder),
                "APUS_LISTEN": f"127.0.0.1:{self.port}"})
        self.run(PRELUDE)

    def _run(self, text):
        """Runs a text in the shell: what it printed, and the commands of it that failed."""
        self.count += 1
        stem = self.folder / f"block{self.count}"
        stem.with_suffix(".sh").write_text(text.replace(PORT, self.port))
        self.bash.stdin.write(
            f"trap 'echo \"$BASH_COMMAND\" >>{stem}.failed' ERR; . {stem}.sh >{stem}.out 2>&1; "
            f"trap - ERR; echo >{stem}.end\n")
        self.bash.stdin.flush()
        deadline = time.monotonic() + WAIT_SECONDS
        while not stem.with_suffix(".end").exists():
            if time.monotonic() > deadline or self.bash.poll() is not None:
                raise ValueError(f"it does not end:\n{stem.with_suffix('.out').read_text()}")
            time.sleep(0.02)
        failed = stem.with_suffix(".failed")
        return (stem.with_suffix(".out").read_text(errors="replace"),
                failed.read_text() if failed.exists() else "")

    def run(self, text):
        """Runs a block, of which no command may fail."""
        printed, failed = self._run(SERVER.sub(r"serve \1", text))
        if failed:
            raise ValueError(f"failed: {failed}{printed}")
        self._let_server_take_files()

    def compare(self, text):
        """Runs the commands of a block behind `$ `, each of which must print what stands below."""
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            while command.endswith("\\"):
                more, _, expected = expected.partition("\n")
                command += "\n" + more
            printed = self._run(command + "\n")[0].replace(self.port, PORT).rstrip()
            pattern = re.escape(expected.rstrip()).replace("…", ".*?")
            if not re.fullmatch(pattern, printed, re.DOTALL):
                raise ValueError(f"{command}\nprints\n{printed}")

    def enter(self, folder):
        self.run(f"cd '{folder}'\n")

    def stop_server(self):
        self.run("stop_server\n")

    def write(self, path, text):
        """Writes a file of the project, which must be right, as the page has it."""
        file = pathlib.Path(os.readlink(f"/proc/{self.bash.pid}/cwd")) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace(PORT, self.port))
        if path.startswith("Schemas/"):
            self.run("apus settings && apus types typescript\n")

    @property
    def log(self):
        return self.folder / "server.log"

    def _let_server_take_files(self):
        """A server that watches the folder has taken what was saved, as when people type."""
        if self.log.exists():
            time.sleep(0.5)

    def require_no_faults(self):
        if not self.log.exists():
            return
        faults = FAULT.findall(self.log.read_text(errors="replace"))
        if faults:
            raise ValueError("the server says:\n" + "\n".join(faults))

    def end(self):
        """Ends what the page has started."""
        os.killpg(self.bash.pid, signal.SIGKILL)
        self.bash.wait()
