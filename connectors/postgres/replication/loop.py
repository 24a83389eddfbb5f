"""The replication's sessions, one after another, for as long as it runs."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from clients import topic_ids
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.postgres.replication.metrics import ReplicationMetrics
from connectors.postgres.replication.session import ReplicationProgress, ReplicationSession
from connectors.postgres.replication.store import connected
from following.follower import Follower
from following.offsets import Overtaken
from following.outage import Outage
from following.reader import Lost, Reader, TopicsMissing
from topics.mirrored import down_topics


class Replication:
    """Keeps the database of the store at ``location_id`` equal to its feed."""

    def __init__(
        self,
        location_id: str,
        kafka: KafkaAccess,
        postgres: PostgresAccess,
        metrics: ReplicationMetrics,
        stopping: asyncio.Event,
        written: Callable[[], None],
    ) -> None:
        """``written`` is called after each commit."""
        self._location_id = location_id
        self._topic = down_topics(location_id)[0]
        self._access = kafka
        self._postgres = postgres
        self._metrics = metrics
        self._stopping = stopping
        self._written = written
        self._log: Any = structlog.get_logger("tillstream.replication")
        self._kafka = Outage("kafka", metrics.kafka_up, self._log)
        self._database = Outage("postgres", metrics.database_up, self._log)
        self.shown = ReplicationProgress()
        """How far it is, as of the last commit."""

    async def run(self) -> None:
        """Apply until stopped; raises `Unready`, and whatever no waiting mends."""
        topics = [self._topic]
        follower = Follower(self._access, topics, self._kafka, self._database, self._stopping)
        await follower.run(self._session)

    async def _session(self, reader: Reader) -> None:
        topic_id = await self._topic_now()
        try:
            async with connected(self._postgres, self._location_id) as store:
                session = ReplicationSession(
                    reader,
                    store,
                    topic_id,
                    self._topic_now,
                    self._metrics,
                    self._log,
                    self.shown,
                    self._note_answers,
                    self._written,
                )
                await session.begin()
                await session.run(self._stopping)
        except Lost as fault:
            # The next session looks where the topic begins and ends by now.
            self._log.warning("feed_is_not_where_it_was", cause=str(fault))
        except Overtaken:
            self._metrics.overtaken.inc()
            self._log.warning("overtaken", cause="another replication writes to this database")

    async def _topic_now(self) -> str:
        found = (await topic_ids.described(self._access, [self._topic])).get(self._topic)
        if found is None:
            raise TopicsMissing(f"no topic {self._topic}: run 'tillstream topics sync --own'")
        return found.topic_id

    def _note_answers(self) -> None:
        self._kafka.note_answer()
        self._database.note_answer()
