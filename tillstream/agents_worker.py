"""The agents' process: settings in, a Faust worker with `/metrics` out."""

import asyncio
import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import structlog
import uvloop
from prometheus_client import CollectorRegistry

from engine.app import BatchApp, stop_now
from engine.clients import KafkaError
from engine.errors import TopicsUnfit
from engine.progress import Progress
from engine.prompt import PromptWorker
from engine.rivals import NameTaken, claim
from engine.settings import EngineSettings
from engine.watchdog import Watchdog
from operations.generations.standing import state_id
from operations.shadow.rights import SERVICE as SHADOW
from operations.upkeep.disks import OwnDisk
from operations.upkeep.identity import ProcessIdentity
from operations.upkeep.metrics_server import MetricsServer
from operations.upkeep.of_application import OfApplication
from operations.upkeep.reckoned import Reckoned
from tillstream.applications import AGENTS, Application
from tillstream.figures import WorkerFigures
from tillstream.settings import Settings
from topics.registry import SET_ASIDE

log = structlog.get_logger()

GC_THRESHOLDS = (50_000, 50, 100)
"""Allocations before a collection. Python's default of 700 walks the cache for nothing many
times a second (a third of the time, measured); none at all would keep Faust's cycles."""


@dataclass(frozen=True, slots=True)
class WorkerPart:
    """Which state of which application a worker works on.

    ``state_id`` names its group, changelog and transactions. One that ``rebuilds`` says nothing
    of the past. ``output_topic`` names the topics that stand for the usual ones. One that does
    not stay leaves its group when it stops.
    """

    application: Application
    state_id: str
    generation: int
    rebuilds: bool
    output_topic: Callable[[str], str] = str
    stays: bool = True


def run(settings: Settings, application: Application = AGENTS) -> None:
    """Work on the live generation until SIGTERM or SIGINT; registers it where nobody has."""
    settings = settings.as_service(application.kept.service)
    name = application.id(settings)
    generation = application.generation(settings)
    _run(settings, WorkerPart(application, state_id(name, generation), generation, generation > 0))


def run_rebuild(settings: Settings, application: Application, generation: int) -> None:
    """Work on a generation that is being built, beside the live workers."""
    settings = settings.as_service(application.kept.service)
    name = state_id(application.id(settings), generation)
    _run(settings, WorkerPart(application, name, generation, rebuilds=generation > 0, stays=False))


def run_shadow(settings: Settings, generation: int, output_topic: Callable[[str], str]) -> None:
    """Work under the settings' own application id, and say it where nobody reads it."""
    settings = settings.as_service(SHADOW)
    name = settings.application_id
    _run(settings, WorkerPart(AGENTS, name, generation, False, output_topic, stays=False))


def _run(settings: Settings, part: WorkerPart) -> None:
    folder = settings.home / "state" / part.state_id / settings.worker_name
    try:
        held = claim(folder)
    except NameTaken as taken:
        sys.exit(f"tillstream: {taken}, by --name or TILLSTREAM_WORKER_NAME")
    with held:
        _work(settings, part, folder)


def _work(settings: Settings, part: WorkerPart, folder: Path) -> NoReturn:
    # Faust makes its loops itself, one of them in the consumer's thread.
    asyncio.set_event_loop_policy(  # pyright: ignore[reportDeprecated]
        uvloop.EventLoopPolicy()
    )
    registry = CollectorRegistry()
    registry.register(ProcessIdentity("worker", settings.worker_name))
    registry.register(OwnDisk(settings.home))
    figures = WorkerFigures(registry)
    figures.generation.set(part.generation)
    app = _prepared_app(settings, part, folder, figures)
    watchdog = Watchdog(app, app.kafka, stop_now)
    _serve_metrics(settings, part.application, registry, app, figures, watchdog)
    watchdog.start()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    worker = PromptWorker(
        app, loglevel=settings.log_level, redirect_stdouts=False, override_logging=False
    )
    try:
        raise worker.execute_from_commandline()
    finally:
        watchdog.stop()


def _prepared_app(
    settings: Settings, part: WorkerPart, folder: Path, figures: WorkerFigures
) -> BatchApp:
    kafka = settings.kafka_access()
    app = BatchApp(
        EngineSettings(kafka, part.state_id, folder, set_aside_topic=SET_ASIDE.name),
        instance=settings.worker_name if part.stays else None,
        rebuilds=part.rebuilds,
        replication=settings.replication,
        output_topic=part.output_topic,
    )
    part.application.declare(app, settings, figures, part.generation)
    try:
        widths = asyncio.run(app.prepare())
    except (KafkaError, TopicsUnfit) as fault:
        sys.exit(
            f"tillstream: {fault or 'Kafka does not answer'}. Is Kafka at {kafka}, and has "
            "'tillstream topics sync' been run?"
        )
    figures.partitions.set(widths.own)
    return app


def _serve_metrics(
    settings: Settings,
    application: Application,
    registry: CollectorRegistry,
    app: BatchApp,
    figures: WorkerFigures,
    watchdog: Watchdog,
) -> None:
    def progress() -> dict[int, Progress]:
        on_their_way = set(app.flow.opening)
        held = {p: work.progress for p, work in dict(app.flow.work).items()}
        figures.keep_only(on_their_way | held.keys())
        return held

    registry.register(
        Reckoned(
            lambda: _lag(app),
            progress,
            watchdog.stalled_seconds,
            lambda: watchdog.kafka_answers,
            figures.newest_event_seconds,
        )
    )
    served = CollectorRegistry()
    served.register(OfApplication(registry, application.role))
    log.info(
        "worker_started",
        metrics=MetricsServer(settings.metrics_door(), served).address,
    )


def _lag(app: BatchApp) -> dict[tuple[str, int], int]:
    """What of each input partition is not folded yet."""
    consumer = app.batch_consumer
    if consumer is None:
        return {}
    work = app.flow.work
    return {
        (tp.topic, tp.partition): consumer.lag.of(
            tp, end or 0, work[tp.partition].progress.positions[tp.topic]
        )
        for tp, end in consumer.ends().items()
        if tp.partition in work
    }
