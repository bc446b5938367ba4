"""What can be said of a block that is not executed: whether it is written right."""

import ast
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

INSTRUCTIONS = set("FROM RUN COPY USER WORKDIR VOLUME EXPOSE ENTRYPOINT CMD ENV HEALTHCHECK".split())

NGINX_FOLDERS = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]


class Skipped(Exception):
    """What would check it is not there."""


def check(block):
    CHECKS[block.language](block.text)


def run(program, arguments, text, name):
    """Lets a program judge a text, which it is given in a file of a name."""
    path = shutil.which(program)
    if not path:
        raise Skipped(f"need {program}")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / name
        file.write_text(text)
        answer = subprocess.run(
            [path, *arguments(str(file))], capture_output=True, text=True, timeout=60)
    if answer.returncode:
        raise ValueError(answer.stdout + answer.stderr)


def check_bash(text):
    run("bash", lambda file: ["-n", file], text, "block.sh")


def check_json(text):
    try:
        json.loads(text)
    except ValueError:
        # A member of an object.
        json.loads("{" + text + "}")


def check_sql(text):
    if not sqlite3.complete_statement(text):
        raise ValueError("a statement does not end")


def check_javascript(text):
    run("node", lambda file: ["--check", file], text, "block.mjs")


def check_systemd(text):
    # Its program is where it will be installed.
    text = text.replace("/usr/local/bin/apus", os.environ["APUS_BINARY"])
    run("systemd-analyze", lambda file: ["verify", file], text, "apus.service")


def check_nginx(text):
    """Its certificate is made, and its files are in the folder of the check."""
    if not shutil.which("nginx"):
        raise Skipped("need nginx")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=a", "-out",
             f"{folder}/fullchain.pem", "-keyout", f"{folder}/privkey.pem"],
            check=True, capture_output=True)
        text = text.replace("/etc/letsencrypt/live/api.example.org", folder)
        kept = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in NGINX_FOLDERS)
        text = (f"pid {folder}/pid;\nerror_log stderr;\nevents {{}}\n"
                f"http {{\naccess_log off;\n{kept}{text}}}\n")
        run("nginx", lambda file: ["-t", "-c", file], text, "nginx.conf")


def check_caddy(text):
    run("caddy", lambda file: ["adapt", "--config", file], text, "Caddyfile")


def check_container(text):
    lines = text.replace("\\\n", " ").split("\n")
    for line in lines:
        if line and not line.startswith("#") and line.split()[0] not in INSTRUCTIONS:
            raise ValueError(f"no instruction: {line}")


CHECKS = {
    "bash": check_bash, "sh": check_bash, "json": check_json, "sql": check_sql,
    "js": check_javascript, "python": ast.parse, "ini": check_systemd, "nginx": check_nginx,
    "caddyfile": check_caddy, "dockerfile": check_container, "csv": lambda text: None,
}
