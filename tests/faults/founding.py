"""People, projects and work for the site of these tests: run in its environment, it prints their tokens."""

from __future__ import annotations

import json
import sys

import django

WRITERS = 4
RELEASED_ROWS = 12_000


def main() -> None:
    django.setup()
    sys.stdout.write(json.dumps(found()))


def found() -> dict[str, str]:
    """A project full of approved work, and one to write for; tokens by name."""
    from django.utils import timezone

    from review.demo.volume import fill
    from workspace import people, projects, tokens
    from workspace.models import User

    now = timezone.now()
    people.create_user(email="lead@faults.test", name="Lead", superuser=True)
    full = projects.create_project(slug="full", title="Full", by=None, now=now, reviews=1)
    fill(full, tasks=RELEASED_ROWS, demonstrations=RELEASED_ROWS, reviews=RELEASED_ROWS, now=now)
    desk = projects.create_project(slug="desk", title="Desk", by=None, now=now, reviews=1, overlap=2)
    fill(desk, tasks=5000, demonstrations=0, reviews=0, now=now)
    projects.create_project(slug="imports", title="Imports", by=None, now=now)
    for number in range(WRITERS):
        email = f"writer{number}@faults.test"
        people.add_member(desk, email=email, roles=["annotator"], by=None, now=now)
    people.add_member(desk, email="reviewer0@faults.test", roles=["reviewer"], by=None, now=now)
    made = User.objects.filter(email__endswith="@faults.test")
    return {user.email.split("@")[0]: tokens.create_token(user)[1] for user in made}


if __name__ == "__main__":
    main()
