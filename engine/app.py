"""The Faust app of an application: what it declares, and the worker that runs it."""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import faust
import structlog

from clients import faust_kafka
from engine.agents import Agents
from engine.clients import KafkaError
from engine.consumer import BatchConsumer, BatchTransport
from engine.contract import AppSpec
from engine.declarations import (
    BatchTable,
    Declarations,
    Factory,
    Fold,
    Sends,
    SetAside,
    Topics,
)
from engine.errors import EngineError
from engine.flow import PartitionFlow
from engine.listing import ListedAgent, first_sentence
from engine.prompt import PromptTables, PromptWorker
from engine.settings import EngineSettings
from engine.state import PartitionState
from engine.topics import Widths, ensure_topics

log = structlog.get_logger()

V = TypeVar("V")
F = TypeVar("F", bound=Factory)

EXIT_FAILED = 70
"""Exit status of a worker that stopped because it could not write or fold (EX_SOFTWARE)."""

SESSION_TIMEOUT_SECONDS = 12.0
"""A dead worker's partitions move on after so long. Shorter and a garbage collection or a busy
disk looks like death; Faust's default of 60 s leaves shops without figures for a minute."""


def stop_now(error: BaseException) -> None:
    """End the process at once: a Faust worker that shuts down would commit on its way out."""
    log.critical("worker stops", error=str(error) or repr(error), kind=type(error).__name__)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(EXIT_FAILED)


class BatchApp(faust.App):
    """A Faust app whose agents are given whole batches, partition by partition.

    ``instance`` makes the membership static: a worker that is back within the session timeout
    gets its partitions without a rebalance (KIP-345). An app that ``rebuilds`` says nothing of
    what its inputs hold already, see `engine.rebuild`. ``output_topic`` names the topics that
    stand for the declared ones.
    """

    flow: PartitionFlow
    """Once the topics are known; see `prepare`."""
    batch_consumer: BatchConsumer | None = None
    """Once the worker has made it: other threads must not, as `faust.App.consumer` would."""

    def __init__(
        self,
        settings: EngineSettings,
        *,
        instance: str | None = None,
        rebuilds: bool = False,
        replication: int = 1,
        output_topic: Callable[[str], str] = str,
        on_failure: Callable[[BaseException], None] = stop_now,
    ) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
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
            TableManager=PromptTables,
            Worker=PromptWorker,
        )
        self.kafka = settings.kafka
        self.declared = Declarations()
        self._settings = settings
        self._rebuilds = rebuilds
        self._replication = replication
        self._output_topic = output_topic
        self._on_failure = on_failure
        self._widths: Widths | None = None

    def batch_table(self, name: str, value_type: type[V], *, help: str) -> BatchTable[V]:
        """Declare a table; ``help`` says what it keeps.

        Raises `engine.errors.DeclarationError` where there is one of the name.
        """
        table = self.declared.add_table(BatchTable(name, value_type, help))
        cast(Any, self).tables.data[name] = table
        return table

    def batch_part(
        self, *, tables: Sequence[BatchTable[Any]] = (), sends: Sends = ()
    ) -> Callable[[F], F]:
        """Declare, by its factory, what agents share over a partition; see `contract.Part`.

        Raises `engine.errors.DeclarationError`.
        """

        def declare(factory: F) -> F:
            self.declared.add_part(factory, tables, sends)
            return factory

        return declare

    def batch_agent(
        self,
        topic: str,
        *,
        tables: Sequence[BatchTable[Any]] = (),
        sends: Sends = (),
        set_aside: SetAside | None = None,
    ) -> Callable[[Fold], ListedAgent]:
        """Declare an agent: a function that is given batches of ``topic`` and the state.

        Agents of one topic are called in the order in which they were declared, in one
        transaction. ``set_aside`` is given what an operator has moved out of the way. Raises
        `engine.errors.DeclarationError`.
        """

        def declare(fold: Fold) -> ListedAgent:
            name = fold.__name__
            self.declared.add_agent(name, topic, fold, tables, sends, set_aside)
            return self._listed(name, topic, fold)

        return declare

    def _listed(self, name: str, topic: str, fold: Fold) -> ListedAgent:
        app = cast(Any, self)
        channel = app.topic(topic, key_serializer="raw", value_serializer="raw")
        app.topics.add(channel)
        agent = ListedAgent(
            cast(Any, fold), app=self, name=name, channel=channel, help=first_sentence(fold.__doc__)
        )
        app.agents[name] = agent
        return agent

    def spec(self, widths: Widths) -> AppSpec:
        """What the engine runs over topics of these partitions.

        Raises `engine.errors.DeclarationError` where no agent was declared.
        """
        declared = self.declared

        def build(state: PartitionState, partition: int) -> Agents:
            return Agents(declared, state, partition, widths.own)

        return AppSpec(
            declared.topics.inputs,
            build,
            {name: table.value_type for name, table in declared.tables.items()},
            self._rebuilds,
            declared.always_sent,
            widths.by_key,
            self._output_topic,
            tuple(map(self._output_topic, declared.topics.sends)),
        )

    async def prepare(self) -> Widths:
        """Check the topics, and make the changelog. Raises `engine.errors.TopicsUnfit`.

        A worker does so as it starts; ask before to tell the user in words of your own.
        """
        declared = self.declared.topics
        own, by_key = (tuple(map(self._output_topic, topics)) for topics in declared[1:])
        topics = Topics(declared.inputs, own, by_key)
        self._widths = await ensure_topics(topics, self._settings, self._replication)
        self.flow = PartitionFlow(self.spec(self._widths), self._settings, self._on_failure)
        return self._widths

    async def on_first_start(self) -> None:
        """Know the topics before anything is assigned."""
        if self._widths is None:
            try:
                await self.prepare()
            except (EngineError, KafkaError) as error:
                self._on_failure(error)
                raise
        # Faust lists the tables; what it would recover for them is the engine's to keep.
        cast(Any, self).tables.data.clear()
        cast(BatchConsumer, self.consumer).flow = self.flow
        await super().on_first_start()

    def _create_directories(self) -> None:
        """Faust's folder for data: nothing would be in it."""

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)

    def _new_consumer(self) -> BatchConsumer:
        self.batch_consumer = cast(BatchConsumer, super()._new_consumer())
        return self.batch_consumer
