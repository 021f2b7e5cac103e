"""What must happen before the programs start, in one process that ends and so gives its memory back.

`python -m config.preparation loopback|network` is run by `config.launcher`; with `collectstatic` instead, by
`make setup`. Enters: the settings. Leaves: a checked configuration, a migrated database, static files, the demo
project, and on standard output what people read.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import secrets
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import DatabaseError, OperationalError, transaction

DEMO_PEOPLE = ("admin", "writer", "writer2", "reviewer", "reviewer2")
DEMO_PASSWORD = "demo"


def main() -> None:
    """Prepare, or only collect static files (`collectstatic`); every failure is a sentence."""
    task = sys.argv[1]
    django.setup()
    try:
        if task == "collectstatic":
            collect_static()
        else:
            prepare(loopback=task == "loopback")
    except SystemCheckError as error:
        raise SystemExit(str(error)) from error
    except OperationalError as error:
        raise SystemExit(
            f"The database does not answer: {error}\n"
            "Check DATABASE_URL, or unset it to use the private PostgreSQL."
        ) from error
    except (CommandError, DatabaseError) as error:
        raise SystemExit(f"The set-up failed: {error}") from error
    except OSError as error:
        raise SystemExit(
            f"The set-up could not write a file: {error}\nFree some space, then try again."
        ) from error


def prepare(*, loopback: bool) -> None:
    """Check, migrate, collect, make the demo."""
    call_command("check", stdout=io.StringIO())  # warnings go to standard error, good news nowhere
    call_command("migrate", interactive=False, verbosity=0)
    collect_static()
    if os.environ.get("SCRIPTORIUM_DEMO", "1") != "0" and not settings.PRODUCTION:
        for line in demo_log_ins(loopback=loopback):
            sys.stdout.write(line + "\n")


def collect_static() -> None:
    """Collect the static files where one of them, or the way they are collected, has changed."""
    build = Path(settings.BASE_DIR) / "build"
    build.mkdir(exist_ok=True)
    with (build / "static.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two starts at once must not write the same files
        collect_what_changed(build / "static.sha256")


def collect_what_changed(stamp: Path) -> None:
    """Compare with the stamp that the last collection left, and collect where they differ."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    now = static_fingerprint()
    if manifest.exists() and stamp.exists() and stamp.read_text() == now:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)


def static_fingerprint() -> str:
    """A hash over the names, sizes and times of all static files."""
    found = hashlib.sha256(json.dumps(settings.STORAGES["staticfiles"], default=str).encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list([]), key=lambda pair: pair[0]):
            state = Path(storage.path(path)).stat()
            found.update(f"{path}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return found.hexdigest()


def demo_log_ins(*, loopback: bool) -> list[str]:
    """Make the demo project where it is absent, and say how to log in.

    The password everybody knows is valid only while nobody else can reach the port: on another address each
    account gets a random one, said this once; back on loopback the known one is valid again.
    """
    os.environ["SCRIPTORIUM_DEMO_PASSWORD"] = DEMO_PASSWORD if loopback else secrets.token_urlsafe(12)
    call_command("demo", verbosity=0, stdout=io.StringIO())
    marker = Path(settings.DATA) / "demo-passwords"
    known = not marker.exists()
    if loopback:
        if not known:
            give_passwords(dict.fromkeys(DEMO_PEOPLE, DEMO_PASSWORD))
            marker.unlink()
        return [f"Log in as {name}@demo.test, password {DEMO_PASSWORD}" for name in DEMO_PEOPLE]
    if not known:
        return ["The demo accounts keep the passwords printed when the demo was first served on a network."]
    passwords = {name: secrets.token_urlsafe(9) for name in DEMO_PEOPLE}
    give_passwords(passwords)
    marker.touch(mode=0o600)
    lines = [f"Log in as {name}@demo.test, password {password}" for name, password in passwords.items()]
    return [*lines, "These passwords are not shown again."]


def give_passwords(passwords: dict[str, str]) -> None:
    """Set the passwords of the demo accounts, all or none."""
    with transaction.atomic():
        for name, password in passwords.items():
            user = get_user_model().objects.get(email=f"{name}@demo.test")
            user.set_password(password)
            user.save(update_fields=["password"])


if __name__ == "__main__":
    main()
