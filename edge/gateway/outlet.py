"""The way out: `Outlet.deliver` returns once the messages of a batch are durable.

They are so in the topic, or in the spool while the topic is away. What a till has in the spool is
passed on before anything newer of it, so its order holds. A message may be passed on twice, where
the gateway ends between the topic's word and its own note of it: whoever reads the topic knows an
event by its number.
"""

import asyncio
from collections.abc import Sequence
from enum import Enum
from typing import Any, NamedTuple, Protocol

import structlog

from edge.gateway import spool as spooling
from edge.gateway.carts.keeping import GoneTwice
from edge.gateway.errors import GatewayUnusable, TopicAway
from edge.gateway.file import GatewayFile
from edge.gateway.records import TillChange, keep
from edge.gateway.spool import Spool, TopicMessage

AGAIN_SECONDS = 1.0
"""Between two tries to reach a topic that is away. Its broker takes seconds to start."""

FULL_SECONDS = 30.0
"""Between two tries on a full disk: each passes on what cannot be struck out, once more."""


class Topic(Protocol):
    """Where messages go, in the order in which they are given."""

    @property
    def is_up(self) -> bool:
        """Whether it is worth a try."""
        ...

    async def open(self) -> None:
        """Reach it; raises `TopicAway`."""
        ...

    async def publish(self, messages: Sequence[TopicMessage]) -> None:
        """Return once all are durable there; raises `TopicAway`, and none of them is sent later
        than that."""
        ...


class Durable(Enum):
    """Where an acknowledged batch is durable."""

    KAFKA = "kafka"
    SPOOL = "spool"


class Delivered(NamedTuple):
    """What became of a batch: where it is durable, and carts that have gone on elsewhere before."""

    durable: Durable
    twice: Sequence[GoneTwice] = ()


class _Kept:
    """A change that is written, and what was found as it was."""

    def __init__(self, change: TillChange) -> None:
        self.change = change
        self.twice: Sequence[GoneTwice] = ()

    def write(self, database: Any) -> None:
        """May be done twice, the first time without a trace."""
        self.twice = keep(database, self.change)


class Outlet:
    """Delivers to one topic; a till's batches one after the other."""

    def __init__(self, file: GatewayFile, topic: Topic, spool: Spool) -> None:
        self._file = file
        self._topic = topic
        self._spool = spool
        self._wake = asyncio.Event()
        self._is_told = False
        self._log: Any = structlog.get_logger("tillstream.gateway")

    async def deliver(
        self, messages: Sequence[TopicMessage], change: TillChange | None, is_spooled: bool
    ) -> Delivered:
        """Make messages and what is known durable.

        ``change`` is None where there is nothing to do: all was here. ``is_spooled`` says that
        something of the same till waits already. Raises `SpoolFull` and `GatewayUnusable`; the
        batch may then be taken, in whole, or not.
        """
        if change is None:
            return Delivered(Durable.SPOOL if is_spooled else Durable.KAFKA)
        kept = _Kept(change)
        if not is_spooled and self._topic.is_up and await self._is_published(messages):
            await self._file.commit(kept.write)
            return Delivered(Durable.KAFKA, kept.twice)
        await self._let_wait(messages, kept)
        return Delivered(Durable.SPOOL, kept.twice)

    async def _is_published(self, messages: Sequence[TopicMessage]) -> bool:
        try:
            await self._topic.publish(messages)
        except TopicAway:
            self._wake.set()
            return False
        return True

    async def _let_wait(self, messages: Sequence[TopicMessage], kept: _Kept) -> None:
        parcel = self._spool.packed(messages)

        def work(database: Any) -> None:
            kept.write(database)
            spooling.put(database, kept.change.till_id, parcel)

        try:
            await self._file.commit(work)
        except GatewayUnusable:
            self._spool.give_back(len(parcel))
            raise
        self._wake.set()

    async def drain(self) -> None:
        """Pass on what waits, for ever, and reach the topic again when it was away.

        Raises `GatewayUnusable` where the file is lost: the process must then start anew.
        """
        while True:
            try:
                await self._drain()
                self._is_told = False
                self._wake.clear()
                if self._topic.is_up:
                    await self._wake.wait()
            except TopicAway as error:
                self._tell(error)
                await asyncio.sleep(AGAIN_SECONDS)
            except GatewayUnusable:
                if self._file.failure:
                    raise
                await asyncio.sleep(FULL_SECONDS)

    def _tell(self, error: TopicAway) -> None:
        """Once for each time that the topic is away."""
        if not self._is_told:
            self._log.warning("topic_away", why=str(error), waits_bytes=self._spool.size)
        self._is_told = True

    async def _drain(self) -> None:
        if not self._topic.is_up:
            await self._topic.open()
            self._log.info("topic_reached", waits_bytes=self._spool.size)
        while lot := self._spool.oldest():
            await self._topic.publish(lot.messages)
            await self._spool.remove(lot)
