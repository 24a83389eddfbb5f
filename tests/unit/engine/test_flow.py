"""Partitions live by themselves: none waits for another, and a revocation ends all of them."""

from typing import Any

import pytest
from faust.types import TP

from engine import inbox as inbox_module
from engine.contract import AppSpec
from engine.errors import FoldFailed, InputRecreated
from engine.flow import PartitionFlow
from engine.inputs import Input
from tests.unit.engine.doubles import (
    TABLES,
    Given,
    KeptLog,
    Sale,
    SeeingAgent,
    no_failure,
)
from tests.unit.engine.flow_world import SPEC, EndlessLog, Noted, read, sales_of, until


async def test_a_partition_whose_transaction_takes_long_holds_up_no_other() -> None:
    slow, quick = KeptLog(), KeptLog()
    slow.may_end.clear()
    flow = PartitionFlow(SPEC, Given(logs={0: slow, 1: quick}), no_failure)
    await read(flow, 0, 1)
    for offset in range(3):
        flow.put(sales_of(0), [Sale(offset)])
        flow.put(sales_of(1), [Sale(offset)])
    await until(lambda: len(quick.sent) == 3)
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
    await read(flow, 0)
    flow.put(sales_of(0), [Sale(offset) for offset in range(3)])
    assert not flow.takes(sales_of(0)), "what is fetched piles up"
    await flow.wait_for_room(5)
    await until(lambda: flow.takes(sales_of(0)))
    await flow.close()


async def test_a_partition_that_is_open_is_read_while_another_still_recovers() -> None:
    endless, ready = EndlessLog(), KeptLog()
    flow = PartitionFlow(SPEC, Given(logs={0: endless, 1: ready}), no_failure)
    flow.open([0, 1])
    await endless.recovering.wait()
    await read(flow, 1)
    flow.put(sales_of(1), [Sale(0)])
    await until(lambda: len(ready.sent) == 1)
    assert list(flow.opening) == [0]
    await flow.close()


async def test_what_comes_for_one_partition_is_folded_as_it_came_over_all_its_topics() -> None:
    order: list[tuple[str, int]] = []

    class Noting(SeeingAgent):
        def fold(self, topic: str, records: Any) -> None:
            order.extend((topic, record.offset) for record in records)

    spec = AppSpec(("a", "b"), Noting, TABLES)
    flow = PartitionFlow(spec, Given(), no_failure)
    await _read_both(flow)
    for topic, offset in (("a", 0), ("b", 0), ("a", 1), ("b", 1)):
        flow.put(TP(topic, 0), [Sale(offset)])
    await until(lambda: len(order) == 4)
    await flow.close()
    assert order == [("a", 0), ("b", 0), ("a", 1), ("b", 1)]


async def _read_both(flow: PartitionFlow) -> None:
    flow.open([0])
    while not flow.is_read(TP("a", 0)):
        await flow.wait_for_room(1)
        flow.begin(flow.take_opened())


async def test_a_message_that_cannot_be_folded_stops_the_worker() -> None:
    stopped: list[BaseException] = []
    flow = PartitionFlow(SPEC, Given(), stopped.append)
    await read(flow, 0)
    flow.put(sales_of(0), [Sale(7, b"poison")])
    await until(lambda: bool(stopped))
    await flow.close()
    assert isinstance(stopped[0], FoldFailed) and "quarantine sales-0-7" in str(stopped[0])


async def test_an_input_that_was_made_anew_stops_the_worker_as_it_opens() -> None:
    log = KeptLog()
    first = PartitionFlow(SPEC, Given(logs={0: log}, input=Input("a", 0, 9)), no_failure)
    await read(first, 0)
    first.put(sales_of(0), [Sale(8)])
    await until(lambda: len(log.sent) == 1)
    await first.close()

    stopped: list[BaseException] = []
    settings = Noted(logs={0: log}, input=Input("b", 0, 1_000))
    flow = PartitionFlow(SPEC, settings, stopped.append)
    flow.open([0])
    await until(lambda: bool(stopped))
    assert isinstance(stopped[0], InputRecreated)
    assert flow.work == {} and log.told[-2:] == ["log closed", "store closed"]


async def test_an_offset_that_kafka_does_not_have_any_more_stops_the_worker() -> None:
    flow = PartitionFlow(SPEC, Given(input=Input("a", 0, 9)), no_failure)
    await read(flow, 0)
    await flow.refuse_lost({sales_of(0): 9})  # it has it again: a moment of a new leader
    with pytest.raises(InputRecreated, match="ends at offset 9"):
        await flow.refuse_lost({sales_of(0): 10})
    await flow.close()
