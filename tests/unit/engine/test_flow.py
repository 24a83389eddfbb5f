"""Partitions live by themselves: none waits for another, and a revocation ends all of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from faust.types import TP

from engine import inbox as inbox_module
from engine.contract import AgentSpec
from engine.errors import FoldFailed, InputRecreated
from engine.flow import PartitionFlow
from engine.inputs import Input
from engine.place import Place
from engine.store import MemoryStore, Store
from tests.unit.engine.doubles import (
    TABLES,
    TOPIC,
    Given,
    KeptLog,
    Sale,
    SeeingAgent,
    no_failure,
)

SPEC = AgentSpec((TOPIC,), SeeingAgent, TABLES)


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

    def place(self, partition: int) -> Place:
        return NotedPlace(self.logs[partition].told)


def _tp(partition: int) -> TP:
    return TP(TOPIC, partition)


async def _read(flow: PartitionFlow, *partitions: int) -> None:
    """Do as the consumer does until ``partitions`` are read."""
    flow.open(partitions)
    while not all(flow.is_read(_tp(partition)) for partition in partitions):
        flow.begin(flow.opened())
        await flow.wait_for_room(1)


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - whatever it is, it has no event
            await asyncio.sleep(0.001)


def _seen(log: KeptLog) -> list[str]:
    return [message.key.decode() for _, message in log.sent if message.key]


async def test_a_partition_whose_transaction_takes_long_holds_up_no_other() -> None:
    slow, quick = KeptLog(), KeptLog()
    slow.may_end.clear()
    flow = PartitionFlow(SPEC, Given(logs={0: slow, 1: quick}), no_failure)
    await _read(flow, 0, 1)
    for offset in range(3):
        flow.put(_tp(0), [Sale(offset)])
        flow.put(_tp(1), [Sale(offset)])
    await _until(lambda: len(quick.sent) == 3)
    assert slow.sent == []
    slow.may_end.set()
    await flow.close()
    assert len(slow.sent) == 3


async def test_a_partition_that_does_not_get_on_takes_nothing_more_and_then_takes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(inbox_module, "FETCHED_RECORDS_MAX", 3)
    log = KeptLog()
    flow = PartitionFlow(SPEC, Given(logs={0: log}), no_failure)
    await _read(flow, 0)
    flow.put(_tp(0), [Sale(offset) for offset in range(3)])
    assert not flow.takes(_tp(0)), "what is fetched piles up"
    await flow.wait_for_room(5)
    await _until(lambda: flow.takes(_tp(0)))
    await flow.close()


async def test_a_partition_that_is_open_is_read_while_another_still_recovers() -> None:
    endless, ready = EndlessLog(), KeptLog()
    flow = PartitionFlow(SPEC, Given(logs={0: endless, 1: ready}), no_failure)
    flow.open([0, 1])
    await endless.recovering.wait()
    await _read(flow, 1)
    flow.put(_tp(1), [Sale(0)])
    await _until(lambda: len(ready.sent) == 1)
    assert list(flow.opening) == [0]
    await flow.close()


async def test_what_comes_for_one_partition_is_folded_as_it_came_over_all_its_topics() -> None:
    order: list[tuple[str, int]] = []

    class Noting(SeeingAgent):
        def fold(self, topic: str, records: Any) -> None:
            order.extend((topic, record.offset) for record in records)

    spec = AgentSpec(("a", "b"), Noting, TABLES)
    flow = PartitionFlow(spec, Given(), no_failure)
    await _read_both(flow)
    for topic, offset in (("a", 0), ("b", 0), ("a", 1), ("b", 1)):
        flow.put(TP(topic, 0), [Sale(offset)])
    await _until(lambda: len(order) == 4)
    await flow.close()
    assert order == [("a", 0), ("b", 0), ("a", 1), ("b", 1)]


async def _read_both(flow: PartitionFlow) -> None:
    flow.open([0])
    while not flow.is_read(TP("a", 0)):
        flow.begin(flow.opened())
        await flow.wait_for_room(1)


async def test_what_was_fetched_and_not_folded_is_left_to_the_next_owner() -> None:
    log = KeptLog()
    flow = PartitionFlow(SPEC, Given(logs={0: log}), no_failure)
    await _read(flow, 0)
    log.may_end.clear()
    flow.put(_tp(0), [Sale(offset) for offset in range(2_000)])
    await asyncio.sleep(0)
    closing = asyncio.create_task(flow.close())
    await asyncio.sleep(0)
    flow.put(_tp(0), [Sale(5_000)])
    log.may_end.set()
    await closing
    committed = _seen(log)
    assert committed == [f"{offset:06d}" for offset in range(len(committed))], "a gap is lost"
    assert len(committed) < 2_000


async def test_a_revocation_does_not_wait_for_a_recovery() -> None:
    log = EndlessLog()
    flow = PartitionFlow(SPEC, Noted(logs={3: log}), no_failure)
    flow.open([3])
    await log.recovering.wait()
    await flow.close()
    assert flow.work == {} and flow.opening == {} and flow.opened() == []
    assert log.told == ["fenced", "store closed", "log closed"], "something was left open"


async def test_a_partition_that_was_taken_back_before_it_began_can_be_opened_again() -> None:
    flow = PartitionFlow(SPEC, Given(), no_failure)
    flow.open([3])
    await flow.close()  # the opening has not run a step
    await _read(flow, 3)
    await flow.close()


async def test_a_partition_that_was_closed_meanwhile_is_not_begun() -> None:
    flow = PartitionFlow(SPEC, Given(), no_failure)
    flow.open([0])
    await flow.wait_for_room(5)
    ready = flow.opened()
    await flow.close()
    flow.begin(ready)
    assert not flow.is_read(_tp(0)), "a closed partition is fed"


async def test_a_commit_that_fails_in_a_revocation_stops_the_worker_and_closes_the_rest() -> None:
    """The group's client logs what a revocation raises, and goes on."""
    failing, other = KeptLog(), KeptLog()
    failing.refuses = RuntimeError("ProducerFenced")
    stopped: list[BaseException] = []
    flow = PartitionFlow(SPEC, Noted(logs={0: failing, 1: other}), stopped.append)
    await _read(flow, 0, 1)
    other.may_end.clear()
    for partition in (0, 1):
        flow.work[partition].fold(TOPIC, [Sale(0)])
    closing = asyncio.create_task(flow.close())
    await _until(lambda: bool(stopped))
    other.may_end.set()
    await closing
    assert stopped == [failing.refuses]
    assert failing.told[-2:] == ["log closed", "store closed"]
    assert other.told[-2:] == ["log closed", "store closed"]
    assert _seen(other) == ["000000"]


async def test_nothing_is_committed_after_a_transaction_that_failed() -> None:
    """Its changes were taken and are in no changelog: what follows would stand on nothing."""
    log = KeptLog(refuses=RuntimeError("ProducerFenced"))
    stopped: list[BaseException] = []
    flow = PartitionFlow(SPEC, Given(logs={0: log}), stopped.append)
    await _read(flow, 0)
    flow.put(_tp(0), [Sale(0)])
    await _until(lambda: bool(stopped))
    log.refuses = None
    flow.work[0].fold(TOPIC, [Sale(1)])
    await flow.close()
    assert log.transactions == []


async def test_a_message_that_cannot_be_folded_stops_the_worker() -> None:
    stopped: list[BaseException] = []
    flow = PartitionFlow(SPEC, Given(), stopped.append)
    await _read(flow, 0)
    flow.put(_tp(0), [Sale(7, b"poison")])
    await _until(lambda: bool(stopped))
    await flow.close()
    assert isinstance(stopped[0], FoldFailed) and "quarantine sales-0-7" in str(stopped[0])


async def test_an_input_that_was_made_anew_stops_the_worker_as_it_opens() -> None:
    log = KeptLog()
    first = PartitionFlow(SPEC, Given(logs={0: log}, input=Input("a", 0, 9)), no_failure)
    await _read(first, 0)
    first.put(_tp(0), [Sale(8)])
    await _until(lambda: len(log.sent) == 1)
    await first.close()

    stopped: list[BaseException] = []
    settings = Noted(logs={0: log}, input=Input("b", 0, 1_000))
    flow = PartitionFlow(SPEC, settings, stopped.append)
    flow.open([0])
    await _until(lambda: bool(stopped))
    assert isinstance(stopped[0], InputRecreated)
    assert flow.work == {} and log.told[-2:] == ["log closed", "store closed"]


async def test_an_offset_that_kafka_does_not_have_any_more_stops_the_worker() -> None:
    flow = PartitionFlow(SPEC, Given(input=Input("a", 0, 9)), no_failure)
    await _read(flow, 0)
    await flow.refuse_lost({_tp(0): 9})  # it has it again: a moment of a new leader
    with pytest.raises(InputRecreated, match="ends at offset 9"):
        await flow.refuse_lost({_tp(0): 10})
    await flow.close()
