"""Goes on between Kafka and PostgreSQL, and waits where one of them is away.

What PostgreSQL says is the only truth: after any fault the offsets are read again, and the fetch
goes back to them. So nothing is lost that was fetched and not written, and nothing is written
twice, whether or not the last commit had reached the server.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from clients.kafka import KafkaAccess
from following.outage import Outage
from following.postgres import POSTGRES_AWAY
from following.reader import KAFKA_AWAY, Reader, opened

Work = Callable[[Reader], Awaitable[None]]
"""Follows over one connection to each side, from the offsets that PostgreSQL holds."""


@dataclass(frozen=True, slots=True)
class Follower:
    """Follows ``topics`` until ``stopping`` is set; ``kafka`` and ``postgres`` are told outages."""

    access: KafkaAccess
    topics: Collection[str]
    kafka: Outage
    postgres: Outage
    stopping: asyncio.Event

    async def run(self, work: Work) -> None:
        """Do ``work`` again and again; raises what waiting does not mend, such as `Lost`."""
        while not self.stopping.is_set():
            try:
                async with opened(self.access, self.topics) as reader:
                    await self._follow(reader, work)
            except KAFKA_AWAY as fault:
                await self.kafka.wait(fault, self.stopping)

    async def _follow(self, reader: Reader, work: Work) -> None:
        """The consumer lives through the outages of either side."""
        while not self.stopping.is_set():
            try:
                await work(reader)
            except POSTGRES_AWAY as fault:
                await self.postgres.wait(fault, self.stopping)
            except KAFKA_AWAY as fault:
                await self.kafka.wait(fault, self.stopping)
