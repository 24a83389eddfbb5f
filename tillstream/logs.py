"""How a process logs: structlog, on standard error, so that standard output stays for programs."""

import logging
import sys
from typing import Any

import structlog

from tillstream.settings import Settings, load_settings


def begin(**given: Any) -> Settings:
    """The settings of a process, by which it logs from now on; see `load_settings`."""
    settings = load_settings(**given)
    configure_logs(settings)
    return settings


def configure_logs(settings: Settings) -> None:
    """One line an event: JSON where `log_json` says so, else for people."""
    level = logging.getLevelNamesMapping().get(settings.log_level.upper(), logging.INFO)
    renderer: Any = (
        structlog.processors.JSONRenderer()
        if settings.log_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Looked up late: whoever redirects standard error means the logs too.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )
