"""Logs: one line per event on standard error, never with a credential."""

import sys
from typing import Any

import structlog

from core.redaction import redact


def configure_logs() -> None:
    """Called once per process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=False),
            structlog.processors.format_exc_info,
            _redact_texts,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        cache_logger_on_first_use=True,
    )


def _redact_texts(_logger: Any, _method: str, event: Any) -> Any:
    return {key: redact(v) if isinstance(v, str) else v for key, v in event.items()}
