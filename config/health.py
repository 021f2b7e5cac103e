"""Is this part of Scriptorium well? `python -m config.health web|beat`, asked by container engines.

Enters: the part's name. Leaves: exit code 0 or 1 with a sentence. A worker answers `celery inspect ping`
instead. `look` and `name_of` are also the launcher's.
"""

from __future__ import annotations

import http.client
import os
import sys
import time
from pathlib import Path

BEAT_SILENCE = 600.0  # seconds; the scheduler writes its file every three minutes


def look(host: str, port: int, known_as: str, path: str = "/readyz") -> tuple[int, str]:
    """What the site answers now; status 0 where nothing does.

    Args:
        host: where to connect.
        port: the port there.
        known_as: a name that `ALLOWED_HOSTS` holds.
        path: the page to ask for.
    """
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path, headers={"Host": known_as})
        answer = connection.getresponse()
        return answer.status, f"{answer.status} {answer.read(500).decode(errors='replace')}"
    except (OSError, http.client.HTTPException) as error:
        return 0, str(error)
    finally:
        connection.close()


def name_of(allowed: str, otherwise: str) -> str:
    """A name that the site answers to, from the text of `ALLOWED_HOSTS`.

    >>> name_of(".example.org,10.0.0.1", "localhost"), name_of("", "localhost")
    ('example.org', 'localhost')
    """
    names = (name.strip().lstrip(".") for name in allowed.split(","))
    return next((name for name in names if name and name != "*"), otherwise)


def check_web() -> str:
    """The fault of the web server, or nothing; a missing worker is no reason to start the web anew."""
    known_as = name_of(os.environ.get("ALLOWED_HOSTS", ""), "127.0.0.1")
    port = int(os.environ.get("PORT") or "8000")
    status, said = look("127.0.0.1", port, known_as, "/readyz?for=web")
    return "" if status == 200 else f"/readyz said: {said}"


def check_beat() -> str:
    """The fault of the scheduler, or nothing."""
    schedule = Path(os.environ.get("SCRIPTORIUM_DATA", ".data")) / "beat-schedule"
    newest = max((path.stat().st_mtime for path in schedule.parent.glob("beat-schedule*")), default=0.0)
    silent = time.time() - newest
    return "" if silent < BEAT_SILENCE else f"{schedule} was not written for {silent:.0f} seconds"


CHECKS = {"web": check_web, "beat": check_beat}


def main(words: list[str]) -> int:
    """Check the part that is named."""
    if len(words) != 1 or words[0] not in CHECKS:
        sys.stderr.write("Name one part: web or beat.\n")
        return 2
    fault = CHECKS[words[0]]()
    if fault:
        sys.stderr.write(fault + "\n")
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
