"""A store of the tests: a gateway in this process, and tills whose journals are its clients."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from edge.gateway.batches import read_batch
from edge.gateway.carts.keeping import GoneTwice
from edge.gateway.centre import HeardStatus
from edge.gateway.devices import AskingTill
from edge.gateway.file import GatewayFile
from edge.gateway.intake import BatchIntake, TakenBatch
from edge.gateway.outlet import Outlet, Topic
from edge.gateway.spool import SPOOL_BYTES_MAX, Spool
from edge.journal.batches import EventBatch
from edge.journal.entries import TillPlace
from edge.journal.journal import Journal
from edge.journal.outbox import Judgement
from edge.problems import Refusal
from identity.names import TillName
from tests.unit.edge.journal.tills import KEY, TILL
from topics.wire_derived import WireTillStatus

LOCATION = TILL.location_id
ROUNDS_MAX = 1_000
POLL_SECONDS = 0.002
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def asking(till: TillPlace = TILL, epoch: int | None = None, key_id: str = "ab") -> AskingTill:
    """The till as the list of devices tells it; ``epoch`` None for one that is not listed."""
    return AskingTill(TillName(*till), KEY.public_key(), key_id, epoch)


class HeardReports:
    """Keeps what is reported."""

    def __init__(self) -> None:
        self.heads: list[tuple[int, int, list[str]]] = []
        self.forks: list[int] = []
        self.conflicts: list[str] = []
        self.foreigners: list[str] = []
        self.news: list[tuple[int, int]] = []
        self.twice: list[GoneTwice] = []

    def taken(self, till: TillName, new: int, unreadable: int) -> None:
        self.news.append((new, unreadable))

    def head(self, till: TillName, epoch: int, sequence: int, wrong: Sequence[str]) -> None:
        self.heads.append((epoch, sequence, list(wrong)))

    def forked(self, till: TillName, epoch: int, numbers: Sequence[int]) -> None:
        self.forks += numbers

    def went_on_twice(self, till: TillName, cart: GoneTwice) -> None:
        self.twice.append(cart)

    def conflict(self, till: TillName, epoch: int, kind: str, detail: str) -> None:
        self.conflicts.append(kind)

    def foreign(self, till: TillName, detail: str) -> None:
        self.foreigners.append(detail)


class Store:
    """A gateway without its door."""

    def __init__(self, file: GatewayFile, topic: Topic, spool_bytes_max: int) -> None:
        self.file = file
        self.centre = HeardStatus(LOCATION)
        self.reports = HeardReports()
        self.spool = Spool(file, spool_bytes_max)
        self.outlet = Outlet(file, topic, self.spool)
        self.intake = BatchIntake(file, self.outlet, self.centre, self.reports, lambda: NOW)

    async def take(self, body: bytes, till: AskingTill | None = None) -> TakenBatch:
        """What a till is told of a batch."""
        return await self.intake.take(till or asking(), read_batch(body))

    async def refusal(self, body: bytes, till: AskingTill | None = None) -> Refusal:
        """The problem that a batch is answered with."""
        try:
            taken = await self.take(body, till)
        except Refusal as refusal:
            return refusal
        raise AssertionError(f"it was taken: {taken}")


@asynccontextmanager
async def store(
    folder: Path,
    topic: Topic,
    vfs: str | None = None,
    spool_bytes_max: int = SPOOL_BYTES_MAX,
    drains: bool = True,
) -> AsyncGenerator[Store]:
    """A gateway on a folder, for the length of a block."""
    file = GatewayFile(folder / "gateway.sqlite", vfs)
    opened = Store(file, topic, spool_bytes_max)
    draining = asyncio.create_task(opened.outlet.drain()) if drains else None
    try:
        yield opened
    finally:
        if draining:
            draining.cancel()
            await asyncio.gather(draining, return_exceptions=True)
        file.close()


def heard(journal: Journal, batch: EventBatch, answer: TakenBatch | Refusal) -> Judgement:
    """The till's journal hears an answer, as its sender lets it."""
    if isinstance(answer, TakenBatch):
        return journal.outbox.answered(batch, answer.accepted_to, list(answer.forks))
    assert answer.status == 409, f"{answer.status}: {answer.detail}"
    if answer.more["conflict"] == "chain":
        return journal.outbox.broken_chain(batch)
    last_hash = answer.more.get("last_hash")
    told = None if last_hash is None else str(last_hash)
    return journal.outbox.judge(batch.epoch, int(answer.more["expected"]) - 1, told)


async def send(
    journal: Journal, gateway: Store, lossy: Random | None = None, till: AskingTill | None = None
) -> Judgement:
    """Send until there is nothing left; the last judgement. ``lossy`` draws which answers never
    arrive."""
    judged = Judgement.CONTINUE
    for _ in range(ROUNDS_MAX):
        batch = journal.outbox.next_batch(0.0)
        if batch is None:
            return judged
        answer: Any
        try:
            answer = await gateway.take(batch.body, till)
        except Refusal as refusal:
            answer = refusal
        if lossy and lossy.random() < 0.4:
            continue
        judged = heard(journal, batch, answer)
        if judged is Judgement.FORK and journal.outbox.next_batch(0.0) == batch:
            return judged
    raise AssertionError("the sender goes round in circles")


async def drained(gateway: Store) -> None:
    """Wait until nothing waits for the topic."""
    for _ in range(5_000):
        if not gateway.spool.size:
            return
        await asyncio.sleep(POLL_SECONDS)
    raise AssertionError(f"{gateway.spool.size} bytes still wait for the topic")


def status(last_sequence: int, **fields: Any) -> WireTillStatus:
    """The centre's word on the till."""
    told = {
        "location_id": LOCATION,
        "till_id": TILL.till_id,
        "epoch": 1,
        "last_sequence": last_sequence,
        "missing": [],
        "missing_count": sum(last - first + 1 for first, last in fields.get("missing", [])),
        "older": [],
        "quarantined": 0,
        "duplicates": 0,
        "forks": 0,
        "unlisted": 0,
        "last_seen": NOW,
        "version": 1,
    }
    return msgspec.convert(told | fields, WireTillStatus)
