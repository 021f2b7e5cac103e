"""What Prometheus may know: requests by address and status, their duration, jobs by state, the broker's queue.

`measured` is a middleware; `exposition` answers `/metrics`. A request costs two increments; what must be asked of the
database is asked at most every fifteen seconds, whoever scrapes. No address holds an id or a name: only its pattern.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from kombu.exceptions import KombuError
from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client import exposition as text_format
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from redis.exceptions import RedisError

from config.celery import app
from workspace.models import Job
from workspace.models.jobs import JOB_STATES

logger = structlog.get_logger(__name__)

SHARED = "PROMETHEUS_MULTIPROC_DIR" in os.environ
FRESH_SECONDS = 15.0
disable_created_metrics()  # type: ignore[no-untyped-call]
_own = CollectorRegistry()
REQUESTS = Counter("scriptorium_requests", "Requests answered.", ["route", "method", "status"], registry=_own)
SECONDS = Histogram(
    "scriptorium_request_seconds",
    "Time from the request to its answer; a download counts until its first byte.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
    registry=_own,
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def measured(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Count and time every request that a view answers."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = answer(request)
        route = request.resolver_match.route if request.resolver_match else "none"
        # An invented method must not make a new row for every request.
        method = request.method if request.method in METHODS else "OTHER"
        REQUESTS.labels(route, method, response.status_code).inc()
        SECONDS.labels(route).observe(time.perf_counter() - began)
        return response

    return middleware


def exposition() -> tuple[bytes, str]:
    """The metrics of all processes of this web server, as text with its content type."""
    registry = CollectorRegistry()
    if SHARED:
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        registry.register(_Same(_own))
    registry.register(jobs)
    return text_format.generate_latest(registry), text_format.CONTENT_TYPE_LATEST


class _Same:
    """A registry's metrics, in another registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        return self._registry.collect()


class Jobs:
    """Jobs by state, how long the oldest waits, and what lies in the broker; asked anew every fifteen seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read = -FRESH_SECONDS
        self._known: list[Metric] = []

    def collect(self) -> Iterable[Metric]:
        with self._lock:
            if time.monotonic() - self._read > FRESH_SECONDS:
                self._known = [*_jobs_by_state(), *_broker_queue()]
                self._read = time.monotonic()
            return list(self._known)


def _jobs_by_state() -> Iterable[Metric]:
    by_state = GaugeMetricFamily("scriptorium_jobs", "Jobs by state.", labels=["state"])
    waiting = GaugeMetricFamily("scriptorium_oldest_queued_job_seconds", "How long the oldest job waits.")
    try:
        counts = dict(Job.objects.values_list("state").annotate(Count("pk")).order_by())
        oldest = Job.objects.filter(state="queued").aggregate(oldest=Min("created"))["oldest"]
    except DatabaseError as error:
        logger.warning("metrics without the database", error=str(error))
        return []
    for state in JOB_STATES:
        by_state.add_metric([state], counts.get(state, 0))
    waiting.add_metric([], (timezone.now() - oldest).total_seconds() if oldest else 0.0)
    return [by_state, waiting]


def _broker_queue() -> Iterable[Metric]:
    queue = GaugeMetricFamily("scriptorium_broker_queue", "Messages that no worker has taken yet.")
    try:
        with app.connection_for_write(
            transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS
        ) as connection:
            channel: Any = connection.default_channel
            length = channel.client.llen(app.conf.task_default_queue)
    except (KombuError, RedisError, OSError) as error:
        logger.warning("metrics without the broker", error=str(error))
        return []
    queue.add_metric([], length)
    return [queue]


jobs = Jobs()
