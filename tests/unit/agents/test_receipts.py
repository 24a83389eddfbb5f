"""Each accepted sale and return is said once; nothing else is."""

from typing import Any

import pytest

from engine.contract import Message
from engine.state import PartitionState
from engine.store import MemoryStore
from tests.app_specs import receipts_spec
from tests.unit.agents.partition_world import (
    PARTITIONS,
    SHOP,
    World,
    line,
    receipt,
    returned,
    said,
)
from topics.events import CartCompleted, GoodsReturned, receipt_adapter
from topics.partitioning import partition_of
from topics.registry import RECEIPTS


class ReceiptsWorld(World):
    """`World` with the agents of the receipts in place of the retail ones."""

    def __init__(self) -> None:
        super().__init__()
        self._spec = receipts_spec(PARTITIONS)
        self._store = MemoryStore()
        self.restart()

    def restart(self) -> None:
        self.state = PartitionState(self._store, self._spec.tables)
        self.agent: Any = self._spec.build(self.state, partition_of(SHOP, PARTITIONS))

    @property
    def said(self) -> list[tuple[str, CartCompleted | GoodsReturned]]:
        """Every receipt with its key, in order."""
        return [(_key(each), _receipt(each)) for each in self.sent.get(RECEIPTS.name, [])]


def _key(message: Message) -> str:
    return (message.key or b"").decode()


def _receipt(message: Message) -> CartCompleted | GoodsReturned:
    return receipt_adapter.validate_json(message.value or b"")


@pytest.fixture
def world() -> ReceiptsWorld:
    return ReceiptsWorld()


def _sale(number: int, **other: Any) -> dict[str, Any]:
    return said(
        "cart_completed", number, **{**receipt(line("milk", 2), cart=f"c-{number}"), **other}
    )


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
    fork = _sale(1, event_id="01932f5e-7a1b-7c3d-8e4f-999999999999")
    world.sell(_sale(1), fork, _sale(2, training=True))
    assert len(world.said) == 1


def test_a_late_sale_is_said_when_it_comes(world: ReceiptsWorld) -> None:
    world.sell(_sale(1), _sale(3), _sale(2), _sale(2))
    assert [key.rpartition("/")[2] for key, _ in world.said] == ["1", "3", "2"]


def test_what_it_refuses_is_nobodys_second_dead_letter(world: ReceiptsWorld) -> None:
    fork = _sale(1, event_id="01932f5e-7a1b-7c3d-8e4f-999999999999")
    world.give("till.cart-events", b"{", _sale(1), fork)
    assert set(world.sent) <= {RECEIPTS.name}, "the retail application tells what is refused"


def test_a_forgotten_till_says_nothing_of_its_old_epoch_again(world: ReceiptsWorld) -> None:
    world.sell(_sale(1))
    decision = {
        "type": "till_forgotten",
        "location_id": SHOP,
        "till_id": "till-1",
        "up_to_epoch": 1,
        "after_offset": 1,
        "decided_by": "somebody",
        "decided_at": "2026-11-21T10:00:00Z",
    }
    world.give("till.upkeep", decision)
    world.sell(_sale(2), _sale(1, epoch=2))
    assert [key for key, _ in world.said] == [f"{SHOP}/till-1/1/1", f"{SHOP}/till-1/2/1"]


def test_the_same_sales_are_accepted_as_by_the_retail_agents(world: ReceiptsWorld) -> None:
    retail = World()
    events = [
        *(_sale(1), _sale(2), _sale(2), _sale(5), _sale(4), _sale(1, epoch=2), _sale(3)),
        *(_sale(6, training=True), _sale(2, epoch=2, till="till-2")),
    ]
    for each in (retail, world):
        each.sell(*events)
    assert len(world.said) == retail.totals().receipts, "a receipt is lost or doubled"
