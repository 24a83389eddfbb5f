"""The process that tells each store what concerns it, at the centre: until it is asked to stop."""

import asyncio
import sys

import structlog
import uvloop
from prometheus_client import CollectorRegistry

from clients.kafka import KafkaAccess
from clients.registration import RegistrationAccess
from connectors.feeds.customers import CustomerNotes
from connectors.feeds.lists import AskedLists
from connectors.feeds.metrics import FeedMetrics, feed_metrics
from connectors.feeds.process import FeedsProcess
from connectors.feeds.told import InputsLost
from connectors.feeds.writing import ALL_WRITERS
from connectors.superseding import Superseded
from following.outage import Outage
from tillstream.process import measured, stop_asked
from tillstream.registration import access_of
from tillstream.settings import Settings, SettingsError

SERVICE = "feeds"


def run(settings: Settings) -> None:
    """Tell stores until SIGTERM or SIGINT; what is at hand is finished.

    Ends the process with status 1 and one line where another has begun to, or where what stores
    were told is not there to be compared.
    """
    settings = settings.as_service(SERVICE)
    kafka, registration = settings.kafka_access(), access_of(settings)
    part, parts = settings.feeds_part, settings.feeds_parts
    if part > parts:
        raise SettingsError(f"there are {parts} parts, and no part {part}")
    writers = frozenset(each for each in ALL_WRITERS if each % parts == part - 1)
    with measured(settings, SERVICE, settings.worker_name) as registry:
        try:
            uvloop.run(_until_stopped(kafka, registration, registry, writers))
        except (Superseded, InputsLost) as fault:
            sys.exit(f"tillstream: stores are told nothing more: {fault}")


async def _until_stopped(
    kafka: KafkaAccess,
    registration: RegistrationAccess,
    registry: CollectorRegistry,
    writers: frozenset[int],
) -> None:
    metrics, stopping = feed_metrics(registry), stop_asked()
    process = FeedsProcess(kafka, metrics, stopping, writers)
    work = (
        process.run(),
        _notes(kafka, process, metrics).run(stopping),
        _lists(registration, process, metrics).run(stopping),
    )
    tasks = [asyncio.create_task(each) for each in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _notes(kafka: KafkaAccess, process: FeedsProcess, metrics: FeedMetrics) -> CustomerNotes:
    log = structlog.get_logger("tillstream.feeds.customers")
    outage = Outage("kafka", metrics.kafka_up.labels("customers"), log)
    return CustomerNotes(
        kafka,
        lambda location_id, customer_id: process.told.fleet.last_bought(location_id, customer_id),
        process.left_out,
        outage,
    )


def _lists(
    registration: RegistrationAccess, process: FeedsProcess, metrics: FeedMetrics
) -> AskedLists:
    log = structlog.get_logger("tillstream.feeds.lists")
    metrics.registration_up.set(1)  # it is asked only once there is a newer list
    outage = Outage("registration", metrics.registration_up, log)
    return AskedLists(registration, lambda: process.told, outage)
