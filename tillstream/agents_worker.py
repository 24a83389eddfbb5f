"""The agents' process: settings in, a Faust worker with `/metrics` out."""

import asyncio
import gc
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import faust
import structlog
import uvloop
from prometheus_client import CollectorRegistry, start_http_server

from agents.retail import retail_agent
from engine.app import BatchApp, build_app, stop_now
from engine.clients import KafkaError
from engine.contract import AgentSpec
from engine.errors import TopicsUnfit
from engine.partition import Progress
from engine.rivals import NameTaken, claim
from engine.settings import EngineSettings
from engine.topics import ensure_topics
from engine.watchdog import Watchdog
from tillstream.figures import Reckoned, WorkerFigures
from tillstream.settings import Settings
from tillstream.shadow.redirect import redirected
from tillstream.upkeep.disks import OwnDisk
from tillstream.upkeep.identity import Identity

log = structlog.get_logger()

GC_THRESHOLDS = (50_000, 50, 100)
"""Allocations before a collection. Python's default of 700 walks the cache for nothing many
times a second (a third of the time, measured); none at all would keep Faust's cycles."""


def run(settings: Settings, output_topic: Callable[[str], str] | None = None) -> None:
    """Run the agents until SIGTERM or SIGINT.

    ``output_topic`` names the topics that stand for the usual ones, for a worker beside the live
    ones. Such a worker leaves its group when it stops, for it will not be back.
    """
    folder = settings.home / "state" / settings.application_id / settings.worker_name
    try:
        held = claim(folder)
    except NameTaken as taken:
        sys.exit(f"tillstream: {taken}, by --name or TILLSTREAM_WORKER_NAME")
    with held:
        _run(settings, folder, output_topic)


def _run(settings: Settings, folder: Path, output_topic: Callable[[str], str] | None) -> NoReturn:
    # Faust makes its loops itself, one of them in the consumer's thread.
    asyncio.set_event_loop_policy(  # pyright: ignore[reportDeprecated]
        uvloop.EventLoopPolicy()
    )
    registry = CollectorRegistry()
    registry.register(Identity("worker", settings.worker_name))
    registry.register(OwnDisk(settings.home))
    figures = WorkerFigures(registry)
    engine_settings = EngineSettings(settings.require("kafka"), settings.application_id, folder)
    spec = _checked_spec(settings, engine_settings, figures)
    instance: str | None = settings.worker_name
    if output_topic is not None:
        spec, instance = redirected(spec, output_topic), None
    app = build_app(spec, engine_settings, instance=instance)
    watchdog = Watchdog(app, engine_settings.bootstrap, stop_now)
    _serve_metrics(settings, registry, app, figures, watchdog)
    watchdog.start()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    worker = faust.Worker(
        app, loglevel=settings.log_level, redirect_stdouts=False, override_logging=False
    )
    try:
        raise worker.execute_from_commandline()
    finally:
        watchdog.stop()


def _checked_spec(
    settings: Settings, engine_settings: EngineSettings, figures: WorkerFigures
) -> AgentSpec:
    def build(partitions: int) -> AgentSpec:
        return retail_agent(
            partitions,
            timedelta(seconds=settings.cart_timeout_seconds),
            settings.restock_hysteresis,
            figures,
        )

    try:
        partitions = asyncio.run(
            ensure_topics(build(settings.partitions), engine_settings, settings.replication)
        )
    except (KafkaError, TopicsUnfit) as fault:
        sys.exit(
            f"tillstream: {fault or 'Kafka does not answer'}. Is Kafka at "
            f"{engine_settings.bootstrap}, and has 'tillstream topics sync' been run?"
        )
    figures.partitions.set(partitions)
    return build(partitions)


def _serve_metrics(
    settings: Settings,
    registry: CollectorRegistry,
    app: BatchApp,
    figures: WorkerFigures,
    watchdog: Watchdog,
) -> None:
    def lag() -> dict[tuple[str, int], int]:
        consumer = app.batch_consumer
        if consumer is None:
            return {}
        ends = consumer.ends()
        work = app.flow.work
        return {
            (tp.topic, tp.partition): max(
                0, (end or 0) - work[tp.partition].progress.positions[tp.topic]
            )
            for tp, end in ends.items()
            if tp.partition in work
        }

    def progress() -> dict[int, Progress]:
        return {p: work.progress for p, work in app.flow.work.items()}

    registry.register(
        Reckoned(
            lag,
            progress,
            watchdog.stalled_seconds,
            lambda: watchdog.kafka_answers,
            figures.newest_event_seconds,
        )
    )
    server, _ = start_http_server(settings.metrics_port, settings.host, registry)
    log.info("worker_started", metrics=f"http://{settings.host}:{server.server_port}/metrics")
