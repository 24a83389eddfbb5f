"""The group takes partitions back: what is folded is committed, and everything is let go."""

import asyncio

from engine.flow import PartitionFlow
from tests.unit.engine.doubles import TOPIC, Given, KeptLog, Sale, no_failure
from tests.unit.engine.flow_world import SPEC, EndlessLog, Noted, read, sales_of, seen, until


async def test_what_was_fetched_and_not_folded_is_left_to_the_next_owner() -> None:
    log = KeptLog()
    flow = PartitionFlow(SPEC, Given(logs={0: log}), no_failure)
    await read(flow, 0)
    log.may_end.clear()
    flow.put(sales_of(0), [Sale(offset) for offset in range(2_000)])
    await asyncio.sleep(0)
    closing = asyncio.create_task(flow.close())
    await asyncio.sleep(0)
    flow.put(sales_of(0), [Sale(5_000)])
    log.may_end.set()
    await closing
    committed = seen(log)
    assert committed == [f"{offset:06d}" for offset in range(len(committed))], "a gap is lost"
    assert len(committed) < 2_000


async def test_a_revocation_does_not_wait_for_a_recovery() -> None:
    log = EndlessLog()
    flow = PartitionFlow(SPEC, Noted(logs={3: log}), no_failure)
    flow.open([3])
    await log.recovering.wait()
    await flow.close()
    assert flow.work == {} and flow.opening == {} and flow.take_opened() == []
    assert log.told == ["fenced", "store closed", "log closed"], "something was left open"


async def test_a_partition_that_was_taken_back_before_it_began_can_be_opened_again() -> None:
    flow = PartitionFlow(SPEC, Given(), no_failure)
    flow.open([3])
    await flow.close()  # the opening has not run a step
    await read(flow, 3)
    await flow.close()


async def test_a_partition_that_was_closed_meanwhile_is_not_begun() -> None:
    flow = PartitionFlow(SPEC, Given(), no_failure)
    flow.open([0])
    await flow.wait_for_room(5)
    ready = flow.take_opened()
    await flow.close()
    flow.begin(ready)
    assert not flow.is_read(sales_of(0)), "a closed partition is fed"


async def test_a_commit_that_fails_in_a_revocation_stops_the_worker_and_closes_the_rest() -> None:
    """The group's client logs what a revocation raises, and goes on."""
    failing, other = KeptLog(), KeptLog()
    failing.refuses = RuntimeError("ProducerFenced")
    stopped: list[BaseException] = []
    flow = PartitionFlow(SPEC, Noted(logs={0: failing, 1: other}), stopped.append)
    await read(flow, 0, 1)
    other.may_end.clear()
    for partition in (0, 1):
        flow.work[partition].fold(TOPIC, [Sale(0)])
    closing = asyncio.create_task(flow.close())
    await until(lambda: bool(stopped))
    other.may_end.set()
    await closing
    assert stopped == [failing.refuses]
    assert failing.told[-2:] == ["log closed", "store closed"]
    assert other.told[-2:] == ["log closed", "store closed"]
    assert seen(other) == ["000000"]


async def test_nothing_is_committed_after_a_transaction_that_failed() -> None:
    """Its changes were taken and are in no changelog: what follows would stand on nothing."""
    log = KeptLog(refuses=RuntimeError("ProducerFenced"))
    stopped: list[BaseException] = []
    flow = PartitionFlow(SPEC, Given(logs={0: log}), stopped.append)
    await read(flow, 0)
    flow.put(sales_of(0), [Sale(0)])
    await until(lambda: bool(stopped))
    log.refuses = None
    flow.work[0].fold(TOPIC, [Sale(1)])
    await flow.close()
    assert log.transactions == []
