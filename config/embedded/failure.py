"""What a person reads when a private server cannot start: a sentence on what happened, and one on what to do.

Raised by every module of this package; it is a ``SystemExit``, so that a command ends with the sentence and
without a traceback.
"""

from __future__ import annotations

import errno
from pathlib import Path

# Text that a server leaves in its log, and what it means for the person in front of it.
FULL = "The disk is full. Free some space, then start again."
KNOWN = {
    "No space left on device": FULL,
    "Disk quota exceeded": FULL,
    "Read-only file system": "The file system is read-only. Point SCRIPTORIUM_DATA at another one.",
    "database files are incompatible with server": (
        "The data was written by another major version of PostgreSQL. Dump it with that version and restore "
        "it, or point SCRIPTORIUM_DATA at an empty folder."
    ),
    "has wrong ownership": (
        "The data belongs to another user. Start as that user, or point SCRIPTORIUM_DATA at your own folder."
    ),
    "Permission denied": (
        "A file or folder could not be reached. SCRIPTORIUM_DATA must belong to the user who starts "
        "Scriptorium. Where root starts it and user namespaces are forbidden, it and the Python environment "
        "must be reachable by the user 'nobody'."
    ),
    "could not create shared memory": "The machine has too little shared memory for PostgreSQL.",
    "Cannot allocate memory": "The machine has too little memory left. Close something, then start again.",
}
OTHERWISE = "Or use servers of your own: set DATABASE_URL and REDIS_URL."


class EmbeddedFailure(SystemExit):
    """A private server could not be started; the message is meant for people."""


def explain(tail: str) -> str:
    """Say what to do about a log's last lines.

    Args:
        tail: the end of a server's log.

    Returns:
        The advice for the first known cause, or an empty string.

    >>> explain("FATAL: could not write lock file: No space left on device")
    'The disk is full. Free some space, then start again.'
    >>> explain("something new")
    ''
    """
    return next((advice for sign, advice in KNOWN.items() if sign in tail), "")


def start_failure(title: str, log: Path, tail: str) -> EmbeddedFailure:
    """Build the failure of a server that ended, or stayed silent, while it was awaited."""
    lines = "\n".join(f"    {line}" for line in tail.strip().splitlines()[-6:])
    parts = [f"The private {title} did not start.", explain(tail), OTHERWISE, f"Its log is {log}:\n{lines}"]
    return EmbeddedFailure("\n".join(part for part in parts if part))


def storage_failure(folder: Path, error: OSError) -> EmbeddedFailure:
    """Build the failure of a data folder that cannot be made, written or locked."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        advice = FULL
    else:
        advice = "Point SCRIPTORIUM_DATA at a folder that you can write."
    return EmbeddedFailure(f"The data folder {folder} cannot be used ({error.strerror or error}).\n{advice}")
