"""A flow as the consumer drives it, with logs that may never end and places that tell theirs."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from faust.types import TP

from engine.contract import AppSpec
from engine.flow import PartitionFlow
from engine.place import StorePlace
from engine.store import MemoryStore, Store
from tests.unit.engine.doubles import TABLES, TOPIC, Given, KeptLog, SeeingAgent

SPEC = AppSpec((TOPIC,), SeeingAgent, TABLES)


@dataclass
class EndlessLog(KeptLog):
    """A log whose recovery takes longer than anybody waits."""

    recovering: asyncio.Event = field(default_factory=asyncio.Event)

    async def recover(self, store: Store, applied: Callable[[int], None]) -> None:
        self.recovering.set()
        await asyncio.Event().wait()


@dataclass
class NotedPlace:
    """A place that tells of its store's end."""

    told: list[str]

    def open(self) -> Store:
        told = self.told

        class Noted(MemoryStore):
            def close(self) -> None:
                told.append("store closed")

        return Noted()

    def clear(self) -> None:
        raise AssertionError("nothing is wrong with the store")


@dataclass(frozen=True, slots=True)
class Noted(Given):
    """Settings whose places tell of their stores' ends, where the logs tell theirs."""

    def place(self, partition: int) -> StorePlace:
        return NotedPlace(self.logs[partition].told)


def sales_of(partition: int) -> TP:
    """The input's partition of this number."""
    return TP(TOPIC, partition)


async def read(flow: PartitionFlow, *partitions: int) -> None:
    """Do as the consumer does until ``partitions`` are read."""
    flow.open(partitions)
    while not all(flow.is_read(sales_of(partition)) for partition in partitions):
        await flow.wait_for_room(1)
        flow.begin(flow.take_opened())


async def until(holds: Callable[[], bool]) -> None:
    """Let others run until ``holds``, for 5 s at most."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - whatever it is, it has no event
            await asyncio.sleep(0.001)


def seen(log: KeptLog) -> list[str]:
    """Keys of what was sent, in order."""
    return [message.key.decode() for _, message in log.sent if message.key]
