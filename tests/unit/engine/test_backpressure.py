"""What waits for a commit is bounded, by records and by the keys that they change."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import pytest

from engine import partition as partition_module
from engine import slices as slices_module
from engine.contract import AppSpec, Outbox, PartitionAgents, Record
from engine.partition import PartitionWork
from engine.place import MemoryPlace
from engine.state import PartitionState, Table
from tests.unit.engine.doubles import KeptLog, no_failure

KEYS_MAX = 10


class Wide(NamedTuple):
    """A record of many lines."""

    offset: int
    timestamp: int = 0
    key: bytes | None = None
    value: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


class WideAgent(PartitionAgents):
    """Changes as many keys for each record as may wait."""

    def __init__(self, state: PartitionState, _: int) -> None:
        self._lines: Table[int] = state.table("lines")

    def fold(self, topic: str, records: Sequence[Record]) -> None:
        for record in records:
            for line in range(KEYS_MAX):
                self._lines.put(f"{record.offset}/{line}", 1)

    def announce(self, outbox: Outbox) -> None: ...
    def committed(self) -> None: ...


SPEC = AppSpec(("sales",), WideAgent, {"lines": int})


@pytest.fixture
def few_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more keys may wait than one record changes."""
    monkeypatch.setattr(partition_module, "PENDING_KEYS_MAX", KEYS_MAX)


@pytest.mark.usefixtures("few_keys")
async def test_few_records_that_change_many_keys_wait_for_the_transaction_before_them() -> None:
    log = KeptLog()
    log.may_end.clear()
    work = PartitionWork(SPEC, log, MemoryPlace(), 0, no_failure)
    await work.open()
    for offset in range(2):
        await asyncio.wait_for(work.room(), 1)
        work.fold("sales", [Wide(offset)])
        await asyncio.sleep(0.01)
    third = asyncio.create_task(work.room())
    await asyncio.sleep(0.01)
    assert not third.done(), "keys pile up behind a transaction that is on its way"
    log.may_end.set()
    await asyncio.wait_for(third, 5)
    await work.close()
    assert max(log.transactions) == KEYS_MAX + 1, "a transaction is larger than what may wait"


@pytest.mark.usefixtures("few_keys")
async def test_one_fetch_of_long_carts_goes_in_many_transactions(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All records of a fetch were folded into one: its transaction outlived its limit."""
    monkeypatch.setattr(slices_module, "SLICE_KEYS_MAX", KEYS_MAX)
    monkeypatch.setattr(partition_module, "COMMIT_EVERY_SECONDS", 0.0)
    log = KeptLog()
    work = PartitionWork(SPEC, log, MemoryPlace(), 0, no_failure)
    await work.open()
    fetched = [Wide(offset) for offset in range(300)]
    assert [slice_ async for slice_ in work.fold_slices("sales", fetched)] == [1] * 300
    await work.close()
    positions = 1
    assert max(log.transactions) <= 2 * KEYS_MAX + positions
    assert sum(log.transactions) - len(log.transactions) == 300 * KEYS_MAX, "something is missing"
