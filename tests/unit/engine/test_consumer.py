"""What a turn of the consumer does with what it has fetched while the group changes its mind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from engine.clients import IllegalStateError, NoOffset, OffsetOutOfRange
from engine.consumer import NO_PARTITION, POLL_SECONDS, SHORT_POLL_SECONDS, BatchConsumer
from engine.lag import InputLag

EVENTS = TP("till.cart-events", 3)
OTHERS = TP("till.cart-events", 4)


class Noting:
    """The flow, as far as a turn needs it: notes what it is told."""

    def __init__(self, taking: Iterable[TP]) -> None:
        self.taking = set(taking)
        self.ready: list[Any] = []
        self.told: list[Any] = []

    def open(self, partitions: Iterable[int]) -> None:
        self.told.append(("open", sorted(partitions)))

    def take_opened(self) -> Sequence[Any]:
        return self.ready

    def begin(self, ready: Iterable[Any]) -> None:
        self.told.append(("begin", list(ready)))

    def is_read(self, tp: TP) -> bool:
        return tp in self.taking

    def takes(self, tp: TP) -> bool:
        return tp in self.taking

    async def wait_for_room(self, patience_seconds: float) -> None:
        self.told.append("waits for room")

    def put(self, tp: TP, records: Sequence[Any]) -> None:
        self.told.append(("put", tp, list(records)))

    async def refuse_lost(self, lost: Mapping[TP, int]) -> None:
        self.told.append(("lost", dict(lost)))

    async def close(self) -> None:
        self.told.append("partitions closed")
        raise InterruptedError  # what Faust does next is not looked at here


class Turning(BatchConsumer):
    """A consumer without Kafka: what it reads is given."""

    def __init__(self, flow: Noting) -> None:
        self.flow_active = True
        self.flow: Any = flow
        self.lag = InputLag()
        self._fetching: Any = SimpleNamespace(fetched_to={})
        self.asked: list[tuple[set[TP], float]] = []
        self.fails: Exception | None = None
        self.seek_fails = False

    def assignment(self) -> set[TP]:
        return {EVENTS, OTHERS}

    def _get_active_partitions(self) -> set[TP]:
        return {EVENTS, OTHERS}

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:  # noqa: ASYNC109
        self.flow_active = False  # the group begins to rebalance while a fetch is under way
        self.asked.append((active_partitions or set(), timeout))
        if self.fails is not None:
            raise self.fails
        return {EVENTS: ["sale"]}

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        self.flow.told.append(("seek", dict(partitions)))
        if self.seek_fails:
            raise IllegalStateError("not assigned any more")

    def stop_flow(self) -> None:
        self.flow.told.append("flow stopped")


async def _turn(consumer: Turning) -> list[Any]:
    await consumer._turn()  # noqa: SLF001
    return consumer.flow.told


async def test_what_was_fetched_is_handed_on_though_the_group_rebalances_meanwhile() -> None:
    """The next fetch goes on behind it: what a turn leaves out is lost to an open partition."""
    consumer = Turning(Noting([EVENTS, OTHERS]))
    assert ("put", EVENTS, ["sale"]) in await _turn(consumer)


async def test_only_partitions_that_take_something_are_read_and_not_for_long() -> None:
    consumer = Turning(Noting([EVENTS]))
    await _turn(consumer)
    assert consumer.asked == [({EVENTS}, SHORT_POLL_SECONDS)]


async def test_when_all_take_something_a_turn_waits_for_it_in_peace() -> None:
    consumer = Turning(Noting([EVENTS, OTHERS]))
    await _turn(consumer)
    assert consumer.asked == [({EVENTS, OTHERS}, POLL_SECONDS)]


async def test_no_partition_is_read_while_none_takes_anything_but_the_client_is_asked() -> None:
    """It takes an empty choice for all partitions, and leaves the group if it is never asked."""
    consumer = Turning(Noting([]))
    assert "waits for room" in await _turn(consumer)
    assert consumer.asked == [({NO_PARTITION}, 0.0)]


@pytest.mark.parametrize("is_taken_back", [False, True])
async def test_a_partition_is_sought_to_its_start_before_it_is_read(is_taken_back: bool) -> None:
    flow = Noting([])
    consumer = Turning(flow)
    consumer.seek_fails = is_taken_back
    opened: Any = type("Opened", (), {"starts": {EVENTS: 7}})()
    flow.ready = [opened]
    told = await _turn(consumer)
    assert told[:3] == [("open", [3, 4]), ("seek", {EVENTS: 7}), ("begin", [opened])]


async def test_an_offset_that_kafka_lost_is_looked_into() -> None:
    consumer = Turning(Noting([EVENTS]))
    consumer.fails = OffsetOutOfRange({EVENTS: 12})
    assert ("lost", {EVENTS: 12}) in await _turn(consumer)


async def test_a_read_that_the_group_outran_is_forgotten() -> None:
    """It meets a partition given anew, which nobody has sought to its start yet."""
    consumer = Turning(Noting([EVENTS]))
    consumer.fails = NoOffset(OTHERS)
    assert await _turn(consumer) == [("open", [3, 4])]


async def test_a_partition_that_is_read_always_has_an_offset() -> None:
    consumer = Turning(Noting([EVENTS]))
    consumer.fails = NoOffset(EVENTS)
    with pytest.raises(NoOffset):
        await _turn(consumer)


async def test_no_turn_opens_again_what_a_revocation_is_closing() -> None:
    consumer = Turning(Noting([]))
    with suppress(InterruptedError):
        await consumer.on_partitions_revoked({EVENTS})
    assert consumer.flow.told == ["flow stopped", "partitions closed"]
