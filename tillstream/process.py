"""What every long-lived process does: it tells its metrics, logs, and stops when it is asked to."""

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector

from operations.upkeep.identity import ProcessIdentity
from operations.upkeep.metrics_server import MetricsServer
from tillstream.settings import Settings


@contextmanager
def measured(
    settings: Settings, process: str, name: str, *more: Collector
) -> Generator[CollectorRegistry]:
    """What `/metrics` tells, for the length of a block; ``name`` tells equal processes apart."""
    registry = CollectorRegistry()
    for collector in (ProcessIdentity(process, name), *more):
        registry.register(collector)
    told = MetricsServer(settings.metrics_door(), registry)
    structlog.get_logger(f"tillstream.{process}").info(f"{process}_started", metrics=told.address)
    try:
        yield registry
    finally:
        told.close()


def stop_asked() -> asyncio.Event:
    """Is set, in the loop that runs, by SIGTERM or SIGINT."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    return stopping
