"""The process of a store that keeps its database equal to its feed, until it is asked to stop."""

import asyncio
import sys

import uvloop
from prometheus_client import CollectorRegistry

from connectors.postgres.errors import Unready
from connectors.postgres.replication.loop import Replication
from connectors.postgres.replication.metrics import replication_metrics
from connectors.postgres.replication.onward import Onward
from connectors.postgres.replication.reporting import StatusReports
from connectors.superseding import Superseded
from tillstream.database_roles import REPLICATION
from tillstream.process import measured, stop_asked
from tillstream.settings import Settings

SERVICE = "replication"


def run(settings: Settings) -> None:
    """Replicate until SIGTERM or SIGINT; the lot at hand is finished.

    Ends the process with status 1 and one line where another has begun to replicate here, or where
    migrations are missing.
    """
    location_id = settings.require("store")
    settings = settings.as_service(SERVICE)
    with measured(settings, SERVICE, location_id) as registry:
        try:
            uvloop.run(_until_stopped(settings, location_id, registry))
        except* (Superseded, Unready) as faults:
            sys.exit(f"tillstream: the replication stopped: {faults.exceptions[0]}")


async def _until_stopped(settings: Settings, location_id: str, registry: CollectorRegistry) -> None:
    kafka, postgres = settings.kafka_access(), settings.postgres_access(REPLICATION)
    stopping, metrics = stop_asked(), replication_metrics(registry)
    onward = Onward(location_id, kafka, postgres, metrics, stopping)
    replication = Replication(location_id, kafka, postgres, metrics, stopping, onward.wake)
    reports = StatusReports(location_id, kafka, lambda: replication.shown, stopping)
    async with asyncio.TaskGroup() as work:
        work.create_task(replication.run())
        work.create_task(onward.run())
        work.create_task(reports.run())
