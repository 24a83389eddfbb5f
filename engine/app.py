"""Builds the Faust app that runs an agent's folds."""

import os
import sys
from collections.abc import Callable
from typing import Any, cast

import faust
import structlog
from yarl import URL

from engine.changelog import TOMBSTONES_KEPT_SECONDS
from engine.clients import TOPIC_EXISTS, AdminClient, NewTopic
from engine.consumer import BatchConsumer, BatchTransport
from engine.contract import AgentSpec
from engine.errors import TopicsUnfit
from engine.flow import PartitionFlow
from engine.settings import EngineSettings

log = structlog.get_logger()

EXIT_FAILED = 70
"""Exit status of a worker that stopped because it could not write or fold (EX_SOFTWARE)."""

SESSION_TIMEOUT_SECONDS = 12.0
"""A dead worker's partitions move on after so long. Shorter and a garbage collection or a busy
disk looks like death; Faust's default of 60 s leaves shops without figures for a minute."""

CHANGELOG_BATCH_BYTES_MAX = 8 * 1024 * 1024
"""``max.message.bytes`` of the changelog, well above the largest batch that is written."""

INSYNC_REPLICAS_MIN = 2
"""Copies that must hold a state change before it counts, where there are so many: with one, a
lost broker takes state along that outputs already tell of."""


class BatchApp(faust.App):
    """A Faust app whose consumer hands whole batches to a flow."""

    flow: PartitionFlow
    batch_consumer: BatchConsumer | None = None
    """Once the worker has made it: other threads must not, as `faust.App.consumer` would."""

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)

    def _new_consumer(self) -> BatchConsumer:
        consumer = cast(BatchConsumer, super()._new_consumer())
        consumer.flow = self.flow
        self.batch_consumer = consumer
        return consumer


def stop_now(error: BaseException) -> None:
    """End the process at once: a Faust worker that shuts down would commit on its way out."""
    log.critical("worker stops", error=str(error) or repr(error), kind=type(error).__name__)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(EXIT_FAILED)


def build_app(
    spec: AgentSpec,
    settings: EngineSettings,
    *,
    instance: str | None = None,
    on_failure: Callable[[BaseException], None] = stop_now,
) -> BatchApp:
    """An app that reads ``spec.topics`` as one group and folds them partition by partition.

    ``instance`` makes the membership static: a worker that is back within the session timeout
    gets its partitions without a rebalance (KIP-345).
    """
    app = BatchApp(
        settings.application_id,
        broker=[URL(f"kafka://{server}") for server in settings.bootstrap.split(",")],
        consumer_group_instance_id=instance,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        broker_session_timeout=SESSION_TIMEOUT_SECONDS,
        broker_heartbeat_interval=3.0,
        broker_check_crcs=True,
        store="memory://",
    )
    app.flow = PartitionFlow(spec, settings, on_failure)
    topic = cast(Any, app).topic
    for name in spec.topics:
        app.topics.add(topic(name, key_serializer="raw", value_serializer="raw"))
    return app


async def ensure_topics(spec: AgentSpec, settings: EngineSettings, replication: int) -> int:
    """Check the inputs, create the changelog beside them; the number of partitions.

    Raises `TopicsUnfit` where an input is missing or the partition counts differ.
    """
    admin = AdminClient(bootstrap_servers=settings.bootstrap)
    await admin.start()
    try:
        partitions = await _partitions(admin, spec.topics)
        await _create_changelog(admin, settings.changelog, partitions, replication)
        return partitions
    finally:
        await admin.close()


async def _partitions(admin: Any, topics: tuple[str, ...]) -> int:
    described = await admin.describe_topics(list(topics))
    counts = {found["topic"]: len(found["partitions"]) for found in described}
    missing = [topic for topic in topics if not counts.get(topic)]
    if missing:
        raise TopicsUnfit(f"topics are missing: {', '.join(missing)}")
    if len(set(counts.values())) > 1:
        raise TopicsUnfit(f"topics that are read together differ in partitions: {counts}")
    return counts[topics[0]]


async def _create_changelog(admin: Any, name: str, partitions: int, replication: int) -> None:
    config = {
        "cleanup.policy": "compact",
        "delete.retention.ms": str(TOMBSTONES_KEPT_SECONDS * 1000),
        "max.message.bytes": str(CHANGELOG_BATCH_BYTES_MAX),
        "min.insync.replicas": str(min(INSYNC_REPLICAS_MIN, replication)),
    }
    topic = NewTopic(name, partitions, replication, topic_configs=config)
    response = await admin.create_topics([topic])
    for _, code, *rest in response.topic_errors:
        if code not in (0, TOPIC_EXISTS):
            raise TopicsUnfit(f"the changelog {name} could not be made: {rest or code}")
