"""What waits for a commit is bounded, by records and by the keys that they change."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from engine import partition as partition_module
from engine.contract import AgentSpec, Message, Outbox, Record
from engine.partition import PartitionWork
from engine.place import MemoryPlace
from engine.state import PartitionState, Table
from engine.store import Store

KEYS_MAX = 10


class Wide(NamedTuple):
    """A record of many lines."""

    offset: int
    timestamp: int = 0
    key: bytes | None = None
    value: bytes | None = None
    headers: Sequence[tuple[str, bytes]] = ()


class WideAgent:
    """Changes as many keys for each record as may wait."""

    def __init__(self, state: PartitionState, _: int) -> None:
        self._lines: Table[int] = state.table("lines")

    def fold(self, topic: str, records: Sequence[Record]) -> None:
        for record in records:
            for line in range(KEYS_MAX):
                self._lines.put(f"{record.offset}/{line}", 1)

    def announce(self, outbox: Outbox) -> None: ...
    def committed(self) -> None: ...


class HeldLog:
    """A log whose transactions end when the test says so."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.may_end = asyncio.Event()

    async def open(self) -> None: ...
    async def recover(self, store: Store, applied: Callable[[int], None]) -> None: ...
    async def close(self) -> None: ...

    async def commit(
        self,
        changes: Mapping[bytes, bytes | None],
        outputs: Mapping[str, Iterable[Message]],
        positions: Mapping[str, int],
    ) -> int:
        self.sizes.append(len(changes))
        await self.may_end.wait()
        return sum(self.sizes)


async def test_few_records_that_change_many_keys_wait_for_the_transaction_before_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(partition_module, "PENDING_KEYS_MAX", KEYS_MAX)
    log = HeldLog()
    spec = AgentSpec(("sales",), WideAgent, {"lines": int})
    work = PartitionWork(spec, log, MemoryPlace(), 0, _fail)
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
    assert max(log.sizes) == KEYS_MAX + 1, "a transaction is larger than what may wait"


def _fail(error: BaseException) -> Any:
    raise error
