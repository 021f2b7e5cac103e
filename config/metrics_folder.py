"""Where the processes of one web server keep their counts together, so that any of them can tell all.

Enters: the data folder. Leaves: a folder of this process, which its forked workers inherit. Called by `config.wsgi`
before anything imports `prometheus_client`, which looks for the folder's name when it is imported.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def prepare(data: Path) -> Path:
    """Make this process's folder, and remove those of processes that have ended.

    Parameters: `data`, the data folder. Returns the folder, empty. Raises `OSError` where it cannot be made.
    """
    parent = data / "metrics"
    parent.mkdir(parents=True, exist_ok=True)
    for folder in parent.iterdir():
        if not folder.name.isdigit() or not _lives(int(folder.name)):
            shutil.rmtree(folder, ignore_errors=True)
    mine = parent / str(os.getpid())
    shutil.rmtree(mine, ignore_errors=True)
    mine.mkdir()
    return mine


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid != os.getpid()
