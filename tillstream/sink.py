"""The sink's process: settings in, `/metrics` out, until it is asked to stop."""

import asyncio
import gc
import sys
from collections.abc import Mapping, Sequence

import uvloop
from prometheus_client import CollectorRegistry

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.postgres.errors import Unready
from connectors.postgres.house import Housekeeping
from connectors.postgres.metrics import sink_metrics
from connectors.postgres.sink.batch import FLOWS
from connectors.postgres.sink.loop import Sink
from edge.disputes.reporting import ReportedDisputes
from edge.heads.holders import DeviceHolders
from edge.heads.reporting import ReportedHeads
from edge.heads.watch import HeadWatch
from edge.recomputing.database import TablesOfDatabase
from edge.recomputing.reporting import ReportedSales
from edge.recomputing.watch import SaleWatch
from following.reader import Lost
from following.records import FollowedRecord
from operations.upkeep.surroundings import Surroundings
from tillstream.database_roles import SINK
from tillstream.disputed_returns import ReturnsJudge
from tillstream.process import measured, stop_asked
from tillstream.settings import Settings
from topics.registry import TILL_EVENTS

GC_THRESHOLDS = (50_000, 50, 100)
"""Allocations before a collection. By Python's default of 700 a batch of ten thousand records is
walked hundreds of times while it grows (half of the time, measured); none at all would keep
the cycles of its libraries."""


def run(settings: Settings) -> None:
    """Copy the topics into PostgreSQL until SIGTERM or SIGINT; the batch at hand is finished.

    Ends the process with status 1 and one line that says what to do where a fault cannot be
    waited out.
    """
    settings = settings.as_service(SINK.service)
    kafka, postgres = settings.kafka_access(), settings.postgres_access(SINK)
    surroundings = Surroundings(settings.installation(role=SINK))
    with measured(settings, "sink", settings.worker_name, surroundings) as registry:
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        try:
            uvloop.run(_until_stopped(kafka, postgres, registry, settings.inputs()))
        except Lost as fault:
            sys.exit(
                f"tillstream: the sink stopped: {fault}. Give the sink a fresh database, or reset "
                "the stack."
            )
        except Unready as fault:
            sys.exit(f"tillstream: the sink stopped: {fault}")


async def _until_stopped(
    kafka: KafkaAccess,
    postgres: PostgresAccess,
    registry: CollectorRegistry,
    inputs: Mapping[str, str],
) -> None:
    stopping = stop_asked()
    metrics = sink_metrics(registry)
    heads = HeadWatch(DeviceHolders(postgres), ReportedHeads(metrics.heads))
    sales = SaleWatch(TablesOfDatabase(postgres), ReportedSales(metrics.sales))

    async def look(records: Sequence[FollowedRecord]) -> None:
        await sales.look(records)
        await heads.look(records)

    watches = {TILL_EVENTS.name: look}
    flows = [Sink(topics, kafka, postgres, metrics, stopping, watches, inputs) for topics in FLOWS]
    house = Housekeeping(postgres, stopping)
    returns = ReturnsJudge(postgres, ReportedDisputes(metrics.disputed, metrics.disputes), stopping)
    await asyncio.gather(house.run(), returns.run(), *(flow.run() for flow in flows))
