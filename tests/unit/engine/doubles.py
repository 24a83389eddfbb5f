"""Agents, logs, places and inputs that stand for the real ones, and do what a test says."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from clients.kafka import KafkaAccess
from engine.contract import Message, Outbox, PartitionAgents, Record
from engine.inputs import Input
from engine.place import MemoryPlace, StorePlace
from engine.sends import Destination, Outputs
from engine.settings import EngineSettings
from engine.state import PartitionState, Table
from engine.store import Store

NOWHERE = KafkaAccess("127.0.0.1:1")
TOPIC = "sales"
OUTPUT = "seen"


class Sale(NamedTuple):
    """A record with an offset, and a value where one matters."""

    offset: int
    value: bytes | None = None
    timestamp: int = 0
    key: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


class SeeingAgent(PartitionAgents):
    """Keeps one key for each record, and announces those that are new."""

    output = OUTPUT

    def __init__(self, state: PartitionState, _: int = 0) -> None:
        self._seen: Table[int] = state.table("seen")
        self._at: int | None = None
        self.put_aside: list[int] = []

    @property
    def folding(self) -> int | None:
        return self._at

    def fold(self, topic: str, records: Sequence[Record]) -> None:
        for record in records:
            self._at = record.offset
            if record.value == b"poison":
                raise ValueError("no rule for this")
            self._seen.put(f"{record.offset:06d}", 1)

    def set_aside(self, topic: str, record: Record) -> None:
        self.put_aside.append(record.offset)

    def announce(self, outbox: Outbox) -> None:
        for key, _ in self._seen.edited():
            outbox.send(self.output, Message(key.encode(), b"said"))

    def restate(self, cursor: str | None, outbox: Outbox) -> str | None:
        page = self._seen.scan_from("", cursor or "", 2)
        outbox.send_all(self.output, [Message(key.encode(), b"said again") for key, _ in page])
        return page[-1][0] + "\x00" if len(page) == 2 else None

    def committed(self) -> None: ...


FOUND = Input("id", 0, 0)
"""An input without a message."""

TABLES: Mapping[str, type] = {"seen": int}


@dataclass
class KeptLog:
    """A changelog in memory, which outlives who writes it, as Kafka's does."""

    records: list[tuple[bytes, bytes | None]] = field(
        default_factory=list[tuple[bytes, bytes | None]]
    )
    sent: list[tuple[str, Message]] = field(default_factory=list[tuple[str, Message]])
    transactions: list[int] = field(default_factory=list[int])
    aside: Mapping[str, frozenset[int]] = field(default_factory=dict[str, frozenset[int]])
    told: list[str] = field(default_factory=list[str])
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    refuses: BaseException | None = None

    def __post_init__(self) -> None:
        self.may_end.set()

    async def open(self) -> None:
        self.told.append("fenced")

    async def recover(self, store: Store, applied: Callable[[int], None]) -> None:
        start = store.position() or 0
        store.write(dict(self.records[start:]), len(self.records))
        applied(len(self.records) - start)

    async def set_aside(self) -> Mapping[str, frozenset[int]]:
        return self.aside

    async def commit(
        self,
        changes: Mapping[bytes, bytes | None],
        outputs: Outputs,
        positions: Mapping[str, int],
    ) -> int:
        await self.may_end.wait()
        if self.refuses is not None:
            raise self.refuses
        assert changes, "a transaction without state"
        self.records.extend(changes.items())
        self.transactions.append(len(changes))
        for (topic, _), messages in outputs.items():
            self.sent.extend((topic, message) for message in messages)
        return len(self.records)

    async def close(self) -> None:
        self.told.append("log closed")

    def said(self) -> list[str]:
        """Keys of what was sent, in order; those that were said again with a mark."""
        marks = {b"said": "", b"said again": "!"}
        return [(m.key or b"").decode().lstrip("0") + marks[m.value or b""] for _, m in self.sent]


@dataclass
class GivenInputs:
    """Inputs as a test says that they are."""

    found: Mapping[str, Input]
    last: Mapping[str, int]

    async def look(self) -> Mapping[str, Input]:
        return self.found

    async def ends(self) -> Mapping[str, int]:
        return self.last


@dataclass(frozen=True, slots=True)
class Given(EngineSettings):
    """Settings whose logs and inputs are those of the test, by partition."""

    kafka: KafkaAccess = NOWHERE
    application_id: str = "given"
    state_folder: Path | None = None
    logs: dict[int, Any] = field(default_factory=dict[int, Any])
    input: Input = FOUND

    def log(self, partition: int, outputs: Sequence[Destination] = ()) -> Any:
        return self.logs.setdefault(partition, KeptLog())

    def place(self, partition: int) -> StorePlace:
        return MemoryPlace()

    def inputs(self, topics: Iterable[str], partition: int) -> Any:
        return GivenInputs(dict.fromkeys(topics, self.input), dict.fromkeys(topics, 0))


def no_failure(error: BaseException) -> None:
    """For a worker that must not stop."""
    raise AssertionError("the worker stopped") from error
