"""Structured logs: one JSON object a line in production, readable lines locally; each with request id and job id.

`config.settings` asks for the configuration; `workspace.middleware` and `workspace.running` bind the ids.
"""

from __future__ import annotations

import logging.config
from typing import Any

import structlog

SHARED: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def logging_for(*, json: bool, level: str) -> dict[str, Any]:
    """The `logging.config` dictionary: everything goes to standard error, where a container's engine reads it."""
    last = (
        structlog.processors.JSONRenderer()
        if json
        else structlog.dev.ConsoleRenderer(
            # Tracebacks without local variables: these may hold what people wrote.
            colors=False,
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info if json else _leave_exceptions,
                    last,
                ],
                "foreign_pre_chain": SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"level": level},
            "django.request": {"level": "ERROR"},
            "celery": {"level": level},
            "httpx": {"level": "WARNING"},
        },
    }


def configure(configuration: dict[str, Any]) -> None:
    """What Django calls with `LOGGING`: the standard library's part, then structlog's."""
    logging.config.dictConfig(configuration)
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def _leave_exceptions(_logger: object, _name: str, event: dict[str, Any]) -> dict[str, Any]:
    """The console renderer prints tracebacks itself."""
    return event
