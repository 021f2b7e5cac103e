"""A site of its own for benchmarks: private servers in a temporary folder, projects with volume, people, a web server.

Called by the benchmarks of this folder; each begins with `with a_site():` before anything of Django is used.
"""

from __future__ import annotations

import http.client
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent
WEB = ["-k", "gthread", "--threads", "4", "--workers", "2", "--preload", "--no-control-socket"]


@contextmanager
def a_site() -> Iterator[Path]:
    """An empty, migrated site; it and its servers are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="scriptorium-bench-") as folder:
        os.environ.update(
            SCRIPTORIUM_DATA=folder, DJANGO_SETTINGS_MODULE="config.settings", LOG_LEVEL="ERROR"
        )
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        yield Path(folder)
        from django.db import connection

        connection.close()


def machine() -> str:
    """One line on the machine, for the head of a table."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, embedded PostgreSQL"


@dataclass(frozen=True)
class Annotator:
    """A member with a logged-in session."""

    user: int
    member: int
    session: str
    # A session of Django's own log-in, for the bare view.
    bare_session: str


def a_project(slug: str, *, tasks: int) -> Any:
    """A project with `tasks` open synthetic tasks."""
    from django.utils import timezone

    from review.demo.volume import fill
    from workspace import projects

    now = timezone.now()
    project = projects.create_project(slug=slug, title=slug, by=None, now=now)
    fill(project, tasks=tasks, demonstrations=0, reviews=0, now=now)
    return project


def annotators(project: Any, count: int) -> list[Annotator]:
    """`count` new annotators of a project who have read its guideline."""
    from django.conf import settings
    from django.utils import timezone

    from annotate import guidelines
    from workspace import people
    from workspace.access import standing
    from workspace.models import User

    made = []
    now = timezone.now()
    for _ in range(count):
        email = f"bench-{time.monotonic_ns()}@bench.test"
        member, _new = people.add_member(project, email=email, roles=["annotator"], by=None, now=now)
        user = User.objects.get(email=email)
        guidelines.acknowledge(standing(user, project.slug), 1, now=now)
        backends = (settings.AUTHENTICATION_BACKENDS[0], "django.contrib.auth.backends.ModelBackend")
        made.append(Annotator(user.pk, member.pk, *(_session(user, backend) for backend in backends)))
    return made


def _session(user: Any, backend: str) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.cached_db import SessionStore

    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), backend
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session.session_key or ""


@contextmanager
def a_server(application: str) -> Iterator[int]:
    """A web server as `make up` runs it, for `module:application`. Gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", application, *WEB, "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _await(port: int) -> None:
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The web server did not start.")
