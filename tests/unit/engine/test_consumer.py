"""What a turn of the consumer does with what it has fetched while the group changes its mind."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from faust.types import TP

from engine.consumer import BatchConsumer

EVENTS = TP("till.cart-events", 3)


class Turning(BatchConsumer):
    """A consumer without Kafka: what it fetches is given, what it folds is noted."""

    def __init__(self) -> None:
        self.flow_active = True
        self.folded: list[tuple[TP, Sequence[Any]]] = []
        self.told: list[str] = []

    async def _open_assigned(self) -> None:
        pass

    async def _wait_next_records(self, timeout: float) -> tuple[Any, Any]:  # noqa: ASYNC109
        self.flow_active = False  # the group begins to rebalance while a fetch is under way
        return {EVENTS: ["sale"]}, {EVENTS}

    async def _fold(self, tp: TP, records: Sequence[Any]) -> None:
        self.folded.append((tp, records))

    def stop_flow(self) -> None:
        self.told.append("flow stopped")


class Closing:
    """The flow, as far as a revocation needs it."""

    def __init__(self, told: list[str]) -> None:
        self._told = told

    async def close(self) -> None:
        self._told.append("partitions closed")
        raise InterruptedError  # what Faust does next is not looked at here


async def test_what_was_fetched_is_folded_though_the_group_rebalances_meanwhile() -> None:
    """The next fetch goes on behind it: what a turn leaves out is lost to an open partition."""
    consumer = Turning()
    await consumer._turn()  # noqa: SLF001
    assert consumer.folded == [(EVENTS, ["sale"])]


async def test_no_turn_opens_again_what_a_revocation_is_closing() -> None:
    consumer = Turning()
    consumer.flow = Closing(consumer.told)  # pyright: ignore[reportAttributeAccessIssue]
    with suppress(InterruptedError):
        await consumer.on_partitions_revoked({EVENTS})
    assert consumer.told == ["flow stopped", "partitions closed"]
