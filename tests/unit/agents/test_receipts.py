"""Each accepted sale and return is said once; nothing else is."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from engine.contract import Message
from engine.state import PartitionState
from engine.store import MemoryStore
from tests.app_specs import receipts_spec
from tests.unit.agents.partition_world import (
    MORNING,
    PARTITIONS,
    SHOP,
    TODAY,
    Fetched,
    World,
    line,
    receipt,
    returned,
    said,
)
from topics.events import CartCompleted, GoodsReturned, receipt_adapter
from topics.partitioning import partition_of
from topics.registry import ACCEPTED, RECEIPTS, TILL_EVENTS
from topics.scalars import NUMBER_MAX, SAFE_INTEGER_MAX

DAYS = 24 * 60
"""In minutes."""


class ReceiptsWorld(World):
    """`World` with the agents of the receipts; they are told what retail's have accepted."""

    def __init__(self) -> None:
        super().__init__()
        self._spec = receipts_spec(PARTITIONS)
        self._store = MemoryStore()
        self.retail = World()
        self._heard = 0
        self.restart()

    def restart(self) -> None:
        self.state = PartitionState(self._store, self._spec.tables)
        self.agent: Any = self._spec.build(self.state, partition_of(SHOP, PARTITIONS))

    def sell(self, *events: dict[str, Any]) -> None:
        """Till events, and what retail's agents accept of them."""
        self.retail.sell(*events)
        self.hear(self.retail)

    def hear(self, retail: World) -> None:
        """What ``retail`` has accepted since it was heard last."""
        accepted = retail.sent.pop(ACCEPTED.name, [])
        self.hear_again(accepted)

    def hear_again(self, accepted: Sequence[Message]) -> None:
        self.give_records(ACCEPTED.name, [self._lying(each) for each in accepted])

    def _lying(self, message: Message) -> Fetched:
        """``message`` where it lies in its topic."""
        record = self.record(ACCEPTED.name, message.value, headers=message.headers)
        return Fetched(record.offset, 0, message.key, message.value, message.headers)

    @property
    def said(self) -> list[tuple[str, CartCompleted | GoodsReturned]]:
        """Every receipt with its key, in order."""
        return [(_key(each), _receipt(each)) for each in self.sent.get(RECEIPTS.name, [])]

    @property
    def numbers(self) -> list[int]:
        """The till's number of each."""
        return [each.sequence for _, each in self.said]


def _key(message: Message) -> str:
    return (message.key or b"").decode()


def _receipt(message: Message) -> CartCompleted | GoodsReturned:
    return receipt_adapter.validate_json(message.value or b"")


@pytest.fixture
def world() -> ReceiptsWorld:
    return ReceiptsWorld()


def _sale(number: int, minutes: float = 0, **other: Any) -> dict[str, Any]:
    sold = receipt(line("milk", 2), cart=f"c-{number}")
    return said("cart_completed", number, minutes, **{**sold, **other})


def _fork(number: int) -> dict[str, Any]:
    return _sale(number, event_id="01932f5e-7a1b-7c3d-8e4f-999999999999")


def test_a_sale_is_said_with_its_lines_and_tenders_under_its_number(world: ReceiptsWorld) -> None:
    world.sell(_sale(1))
    ((key, sale),) = world.said
    assert key == f"{SHOP}/till-1/1/1"
    assert isinstance(sale, CartCompleted)
    assert [(each.sku, each.quantity) for each in sale.lines] == [("milk", 2)]
    assert [each.amount_minor for each in sale.tenders] == [100]


def test_a_return_is_said_too_and_other_events_are_not(world: ReceiptsWorld) -> None:
    world.sell(
        said("cart_opened", 1, cart_id="c-1"),
        said("goods_returned", 2, **returned(line(), refund=100, restock=True)),
        said("till_heartbeat", 3),
    )
    assert [type(each) for _, each in world.said] == [GoodsReturned]


def test_a_repeat_a_fork_and_training_are_not_said(world: ReceiptsWorld) -> None:
    world.sell(_sale(1))
    world.restart()
    world.sell(_sale(1), _fork(1), _sale(2, training=True))
    assert len(world.said) == 1


def test_a_sale_that_no_total_has_room_for_is_not_said(world: ReceiptsWorld) -> None:
    beyond = [{"rule": "r", "amount_minor": -NUMBER_MAX}] * (SAFE_INTEGER_MAX // NUMBER_MAX + 1)
    world.sell(_sale(1, discounts=beyond), _sale(2))
    assert world.retail.reasons(TILL_EVENTS.name) == ["out_of_range"]
    assert world.numbers == [2]


def test_a_late_sale_is_said_when_it_comes(world: ReceiptsWorld) -> None:
    world.sell(_sale(1), _sale(3), _sale(2), _sale(2))
    assert world.numbers == [1, 3, 2]


def test_a_number_that_was_refused_is_said_when_it_comes_readable(world: ReceiptsWorld) -> None:
    broken = {**_sale(1), "lines": "none"}
    world.sell(broken)
    world.sell(_sale(1))
    assert world.numbers == [1]


def test_a_forgotten_till_says_nothing_of_its_old_epoch_again(world: ReceiptsWorld) -> None:
    world.sell(_sale(1))
    world.retail.decide("till_forgotten", up_to_epoch=1, after_offset=1)
    world.sell(_sale(2), _sale(1, epoch=2))
    assert [key for key, _ in world.said] == [f"{SHOP}/till-1/1/1", f"{SHOP}/till-1/2/1"]


def test_as_many_are_said_as_the_totals_count(world: ReceiptsWorld) -> None:
    world.sell(
        *(_sale(1), _sale(2), _sale(2), _sale(5), _sale(4), _sale(1, epoch=2), _sale(3)),
        *(_sale(6, training=True), _sale(2, epoch=2, till="till-2"), _fork(5)),
    )
    assert len(world.said) == world.retail.totals().receipts, "a receipt is lost or doubled"


def test_a_rebuild_says_all_again_and_none_is_said_twice(world: ReceiptsWorld) -> None:
    events = [_sale(number, number) for number in range(1, 3_000, 7)]
    world.sell(*events)
    before = world.numbers
    world.restart()
    rebuilt = World(generation=1)
    rebuilt.sell(*events)
    world.hear(rebuilt)
    assert world.numbers == before == [each["sequence"] for each in events]


def test_while_two_generations_say_the_same_each_is_said_once(world: ReceiptsWorld) -> None:
    rebuilt = World(generation=1)
    for number in range(1, 6):
        rebuilt.sell(_sale(number))
        if number % 2:
            world.hear(rebuilt)
        world.sell(_sale(number))
    world.hear(rebuilt)
    assert world.numbers == [1, 2, 3, 4, 5]


def test_what_a_corrected_rule_accepts_is_said_by_the_rebuild(world: ReceiptsWorld) -> None:
    wrongly_refused = {**_sale(1), "lines": "none"}
    world.sell(wrongly_refused, _sale(2))
    corrected = World(generation=1)
    corrected.sell(_sale(1), _sale(2))
    world.hear(corrected)
    assert world.numbers == [2, 1]


def test_a_sale_of_long_ago_that_comes_now_for_the_first_time_is_said(world: ReceiptsWorld) -> None:
    world.sell(_sale(1, 500 * DAYS, day=TODAY + timedelta(days=500)))
    world.sell(_sale(1, till="till-2"))
    assert [key for key, _ in world.said] == [f"{SHOP}/till-1/1/1", f"{SHOP}/till-2/1/1"]


def test_what_was_said_leaves_the_state_and_a_rebuild_does_not_say_it_again(
    world: ReceiptsWorld,
) -> None:
    old = [_sale(number, number) for number in range(1, 5_000, 500)]
    world.sell(*old)
    kept = len(dict(world.state.table("said").scan()))
    later = TODAY + timedelta(days=402)
    world.retail.wait(402 * DAYS)
    world.sell(_sale(1, 402 * DAYS, till="till-2", day=later))
    world.sell(_sale(2, 402 * DAYS, till="till-2", day=later))
    assert kept == 5 and len(dict(world.state.table("said").scan())) == 1
    world.restart()
    rebuilt = World(generation=1)
    rebuilt.sell(*old)
    before = world.numbers
    world.hear(rebuilt)
    assert world.numbers == before


@pytest.mark.parametrize(
    ("key", "headers"),
    [(b"another", ((b"moment", b"1/1"),)), (b"shop-1/till-1/1/1", ()), (None, ())],
)
def test_what_is_no_accepted_sale_is_a_dead_letter(
    world: ReceiptsWorld, key: bytes | None, headers: Any
) -> None:
    record = world.record(ACCEPTED.name, _sale(1))
    world.give_records(ACCEPTED.name, [Fetched(record.offset, 0, key, record.value, headers)])
    assert world.reasons(ACCEPTED.name) == ["malformed"]
    assert world.said == []


def test_time_is_believed_up_to_when_the_broker_wrote_the_till_event(world: ReceiptsWorld) -> None:
    world.sell(_sale(1, 9_000 * DAYS))
    clock = dict(world.state.table("clocks").scan())[SHOP]
    assert clock.at_us == MORNING.timestamp() * 1e6, "one till has moved the clock of all"
