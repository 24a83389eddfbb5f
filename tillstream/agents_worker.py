"""The agents' process: settings in, a Faust worker with `/metrics` out."""

import asyncio
import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass
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
from engine.progress import Progress
from engine.rivals import NameTaken, claim
from engine.settings import EngineSettings
from engine.topics import ensure_topics
from engine.watchdog import Watchdog
from operations.generations.log import joined
from operations.generations.standing import state_id
from operations.shadow.redirect import redirected
from operations.upkeep.disks import OwnDisk
from operations.upkeep.identity import Identity
from tillstream.figures import Reckoned, WorkerFigures
from tillstream.settings import Settings
from topics.registry import SET_ASIDE

log = structlog.get_logger()

GC_THRESHOLDS = (50_000, 50, 100)
"""Allocations before a collection. Python's default of 700 walks the cache for nothing many
times a second (a third of the time, measured); none at all would keep Faust's cycles."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which state a worker works on.

    ``state_id`` names its group, changelog and transactions. ``output_topic`` names the topics
    that stand for the usual ones. One that does not stay leaves its group when it stops.
    """

    state_id: str
    generation: int
    output_topic: Callable[[str], str] | None = None
    stays: bool = True


def run(settings: Settings) -> None:
    """Work on the live generation until SIGTERM or SIGINT; registers it where nobody has."""
    generation = joined(settings.kafka_access(), settings.application_id)
    _run(settings, Part(state_id(settings.application_id, generation), generation))


def run_rebuild(settings: Settings, generation: int) -> None:
    """Work on a generation that is being built, beside the live workers."""
    _run(settings, Part(state_id(settings.application_id, generation), generation, stays=False))


def run_shadow(settings: Settings, generation: int, output_topic: Callable[[str], str]) -> None:
    """Work under the settings' own application id, and say it where nobody reads it."""
    _run(settings, Part(settings.application_id, generation, output_topic, stays=False))


def _run(settings: Settings, part: Part) -> None:
    folder = settings.home / "state" / part.state_id / settings.worker_name
    try:
        held = claim(folder)
    except NameTaken as taken:
        sys.exit(f"tillstream: {taken}, by --name or TILLSTREAM_WORKER_NAME")
    with held:
        _work(settings, part, folder)


def _work(settings: Settings, part: Part, folder: Path) -> NoReturn:
    # Faust makes its loops itself, one of them in the consumer's thread.
    asyncio.set_event_loop_policy(  # pyright: ignore[reportDeprecated]
        uvloop.EventLoopPolicy()
    )
    registry = CollectorRegistry()
    registry.register(Identity("worker", settings.worker_name))
    registry.register(OwnDisk(settings.home))
    figures = WorkerFigures(registry)
    figures.generation.set(part.generation)
    engine_settings = EngineSettings(
        settings.kafka_access(), part.state_id, folder, set_aside_topic=SET_ASIDE.name
    )
    spec = _checked_spec(settings, part.generation, engine_settings, figures)
    if part.output_topic is not None:
        spec = redirected(spec, part.output_topic)
    instance = settings.worker_name if part.stays else None
    app = build_app(spec, engine_settings, instance=instance)
    watchdog = Watchdog(app, engine_settings.kafka, stop_now)
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
    settings: Settings, generation: int, engine_settings: EngineSettings, figures: WorkerFigures
) -> AgentSpec:
    def build(partitions: int) -> AgentSpec:
        return retail_agent(
            partitions,
            timedelta(seconds=settings.cart_timeout_seconds),
            settings.restock_hysteresis,
            figures,
            generation,
        )

    try:
        partitions = asyncio.run(
            ensure_topics(build(settings.partitions), engine_settings, settings.replication)
        )
    except (KafkaError, TopicsUnfit) as fault:
        sys.exit(
            f"tillstream: {fault or 'Kafka does not answer'}. Is Kafka at "
            f"{engine_settings.kafka}, and has 'tillstream topics sync' been run?"
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
        on_their_way = set(app.flow.opening)
        held = {p: work.progress for p, work in dict(app.flow.work).items()}
        figures.keep_only(on_their_way | held.keys())
        return held

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
