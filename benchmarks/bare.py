"""The floor of the HTTP figures: a bare Django view with session log-in that runs the plain statement of a claim.

Served by the same server as the product (`gunicorn benchmarks.bare:application`), by `benchmarks.claim`.
"""

from __future__ import annotations

import os
import random
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
from django.conf import settings

django.setup()
settings.ROOT_URLCONF = "benchmarks.bare"
settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
settings.CACHES["default"]["BACKEND"] = "django.core.cache.backends.redis.RedisCache"
settings.MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]

from django.contrib.auth.decorators import login_required
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.urls import path

# A place from a random point of the lane's random key, taken with its holder and lease: the least a claim can be.
PLAIN = """
    WITH pick AS (
        SELECT id FROM annotate_slot
        WHERE lane_id = %(lane)s AND state = 'open' AND shuffle > %(after)s
        ORDER BY shuffle LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE annotate_slot s SET state = 'held', holder_id = %(member)s, lease_until = now() + interval '2 hours'
    FROM pick WHERE s.id = pick.id RETURNING s.id, s.task_id
"""


def plain_claim(lanes: list[int], member: int) -> tuple[Any, ...] | None:
    """One plain claim; None where the point lay behind the last open place."""
    values = {"lane": random.choice(lanes), "after": random.getrandbits(63), "member": member}
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


@login_required
def claim(request: HttpRequest, member: int, lanes: str) -> JsonResponse:
    row = plain_claim([int(lane) for lane in lanes.split("-")], member)
    return JsonResponse({"slot": row and row[0], "task": row and row[1]}, status=201 if row else 200)


urlpatterns = [path("claim/<int:member>/<str:lanes>/", claim)]
application = get_wsgi_application()
