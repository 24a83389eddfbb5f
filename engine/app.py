"""Builds the Faust app that runs an agent's folds."""

import os
import sys
from collections.abc import Callable
from typing import Any, cast

import faust
import structlog

from clients import faust_kafka
from clients.kafka import KafkaAccess
from engine.consumer import BatchConsumer, BatchTransport
from engine.contract import AgentSpec
from engine.flow import PartitionFlow
from engine.settings import EngineSettings

log = structlog.get_logger()

EXIT_FAILED = 70
"""Exit status of a worker that stopped because it could not write or fold (EX_SOFTWARE)."""

SESSION_TIMEOUT_SECONDS = 12.0
"""A dead worker's partitions move on after so long. Shorter and a garbage collection or a busy
disk looks like death; Faust's default of 60 s leaves shops without figures for a minute."""


class BatchApp(faust.App):
    """A Faust app whose consumer hands whole batches to a flow."""

    kafka: KafkaAccess
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

    def _create_directories(self) -> None:
        """None: Faust's stay empty, and would lie wherever the worker was started."""


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
        **faust_kafka.arguments(settings.kafka),
        consumer_group_instance_id=instance,
        web_enabled=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        broker_session_timeout=SESSION_TIMEOUT_SECONDS,
        broker_heartbeat_interval=3.0,
        broker_check_crcs=True,
        store="memory://",
    )
    app.kafka = settings.kafka
    app.flow = PartitionFlow(spec, settings, on_failure)
    topic = cast(Any, app).topic
    for name in spec.topics:
        app.topics.add(topic(name, key_serializer="raw", value_serializer="raw"))
    return app
