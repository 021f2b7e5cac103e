"""What the containers run, as processes: the same commands, production settings, a database server of the machine.

PostgreSQL is that of the distribution's packages; the broker is the installed Valkey, here on a TCP port.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from config.embedded.programs import prefix, valkey_program
from config.health import look

from .conftest import CHECKOUT, within

pytestmark = pytest.mark.slow
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
HOST = "scriptorium.example.org"
# Complete and safe; nothing listens on the addresses.
SAFE = {
    "SCRIPTORIUM_ENV": "production",
    "SECRET_KEY": secrets.token_hex(48),
    "ALLOWED_HOSTS": HOST,
    "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none",
    "REDIS_URL": "redis://127.0.0.1:9/0",
}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def quietly(words: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def environment(data: Path) -> Iterator[dict[str, str]]:
    """Production's variables, with a PostgreSQL and a Valkey that they name."""
    if not SERVERS:
        pytest.skip("the machine has no PostgreSQL of its own (on Debian: apt install postgresql)")
    programs = SERVERS[-1].parent
    (data / "sockets").mkdir(parents=True)
    cluster, sockets = data / "cluster", data / "sockets"
    as_user, port, broker_port = prefix(None, "INT"), free_port(), free_port()
    made = [
        *as_user,
        str(programs / "initdb"),
        "-D",
        str(cluster),
        "-U",
        "scriptorium",
        "--auth=trust",
        "-E",
        "UTF8",
    ]
    subprocess.run([*made, "--no-sync", "--locale=C.UTF-8"], check=True, capture_output=True)
    options = [
        "-p",
        str(port),
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        f"unix_socket_directories={sockets}",
    ]
    database = quietly([*as_user, str(programs / "postgres"), "-D", str(cluster), *options])
    valkey = [
        str(valkey_program()),
        "--port",
        str(broker_port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(data),
    ]
    broker = quietly(valkey)
    try:
        ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
        assert within(20, lambda: subprocess.run(ready, check=False).returncode == 0)
        create = [
            str(programs / "createdb"),
            "-h",
            "127.0.0.1",
            "-p",
            str(port),
            "-U",
            "scriptorium",
            "scriptorium",
        ]
        subprocess.run(create, check=True)
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        yield {
            **kept,
            "SCRIPTORIUM_ENV": "production",
            "SCRIPTORIUM_DATA": str(data / "files"),
            "SECRET_KEY": secrets.token_hex(48),
            "ALLOWED_HOSTS": HOST,
            "DATABASE_URL": f"postgres://scriptorium@127.0.0.1:{port}/scriptorium",
            "REDIS_URL": f"redis://127.0.0.1:{broker_port}/0",
            "WEB_CONCURRENCY": "2",
            "PORT": str(free_port()),
        }
    finally:
        for server in (database, broker):
            server.send_signal(signal.SIGINT)
            server.wait(30)


def words_of(service: str, environment: dict[str, str]) -> list[str]:
    """The command of a service in the Compose file, with this test's port and folder."""
    compose = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    command = compose["services"][service]["command"]
    words = command if isinstance(command, list) else shlex.split(command)
    places = {"0.0.0.0:8000": f"127.0.0.1:{environment['PORT']}"}
    words = [
        places.get(word, word.replace("/data/", f"{environment['SCRIPTORIUM_DATA']}/")) for word in words
    ]
    program = words[0]
    return [sys.executable, *words[1:]] if program == "python" else [sys.executable, "-m", *words]


def run(words: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)


def test_the_commands_of_the_containers_serve_in_production(environment: dict[str, str]) -> None:
    manage = [sys.executable, "manage.py"]
    (Path(environment["SCRIPTORIUM_DATA"])).mkdir()
    migrated = run(words_of("migrate", environment), environment)
    assert migrated.returncode == 0, migrated.stderr
    demo = run([*manage, "demo"], environment)
    assert demo.returncode != 0
    assert "Production has no demo accounts" in demo.stderr

    logs = {name: Path(environment["SCRIPTORIUM_DATA"]) / f"{name}.log" for name in ("web", "worker", "beat")}
    programs = {}
    for name, log in logs.items():
        with log.open("wb") as output:
            programs[name] = subprocess.Popen(
                words_of(name, environment), cwd=CHECKOUT, env=environment, stdout=output, stderr=output
            )
    try:
        assert within(60, lambda: look("127.0.0.1", int(environment["PORT"]), HOST)[0] == 200), logs[
            "web"
        ].read_text()
        assert look("127.0.0.1", int(environment["PORT"]), "elsewhere.test")[0] == 400
        assert look("127.0.0.1", int(environment["PORT"]), HOST, "/accounts/login/")[0] == 301, "TLS alone"
        well = [run([sys.executable, "-m", "config.health", part], environment) for part in ("web", "beat")]
        assert [(one.returncode, one.stderr) for one in well] == [(0, ""), (0, "")]
        name = f"celery@{socket.gethostname()}"
        ping = [sys.executable, "-m", "celery", "-A", "config", "inspect", "ping", "--destination", name]
        assert run(ping, environment).returncode == 0
    finally:
        for program in programs.values():
            program.terminate()
        for program in programs.values():
            program.wait(30)
    lines = [line for line in logs["worker"].read_text().splitlines() if line.startswith("{")]
    assert lines, "logs are JSON"
    assert all(json.loads(line)["timestamp"] for line in lines)


def test_the_check_for_deployment_finds_nothing() -> None:
    checked = run([sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"], SAFE)
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": "insecure-default"}, "SECRET_KEY is weak"),
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set"),
        ({"DEBUG": "1"}, "DEBUG is on"),
        ({"DATABASE_URL": ""}, "DATABASE_URL is not set"),
        ({"REDIS_URL": ""}, "REDIS_URL is not set"),
        ({"INSECURE_COOKIES": "1"}, "INSECURE_COOKIES is on"),
    ],
)
def test_production_refuses_what_is_unsafe(change: dict[str, str], sentence: str) -> None:
    refused = run([sys.executable, "-c", "import config.settings"], {**SAFE, **change})
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
