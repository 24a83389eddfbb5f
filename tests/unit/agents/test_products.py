"""Levels go to the partition of their SKU, where all locations are added up."""

import json
from typing import Any

import pytest

from engine.contract import Message, Outbox
from engine.state import PartitionState
from engine.store import MemoryStore
from tables.limits import SUM_MAX
from tests.app_specs import products_spec
from tests.unit.agents.partition_world import MORNING, PARTITIONS, Fetched
from topics.derived import ProductStock
from topics.partitioning import partition_of
from topics.registry import LEVELS_BY_PRODUCT, PRODUCT_STOCK, STOCK_LEVELS

LEVELS, BY_PRODUCT, STOCK = STOCK_LEVELS.name, LEVELS_BY_PRODUCT.name, PRODUCT_STOCK.name
MILK = "milk"
NORTH, SOUTH = "north", "south"


class ProductWorld:
    """One partition's agents; `told` hands what was sent on to the partition of milk."""

    def __init__(
        self, partition: int = partition_of(MILK, PARTITIONS), generation: int = 0
    ) -> None:
        spec = products_spec(PARTITIONS, generation)
        self.state = PartitionState(MemoryStore(), spec.tables)
        self.agent: Any = spec.build(self.state, partition)
        self._offset = 0

    def give(self, topic: str, *messages: tuple[str, dict[str, Any] | bytes | None]) -> Outbox:
        """One batch, folded and announced."""
        self.agent.fold(topic, [self._record(*each) for each in messages])
        outbox = Outbox()
        self.agent.announce(outbox)
        self.state.take()
        self.state.settle()
        return outbox

    def tell(self, *shares: dict[str, Any]) -> list[ProductStock | None]:
        """Levels that were sent on; what is said of their products then."""
        outbox = self.give(BY_PRODUCT, *((each["sku"], each) for each in shares))
        return [_stock(message) for message in outbox.messages.get(STOCK, [])]

    def _record(self, key: str, value: dict[str, Any] | bytes | None) -> Fetched:
        self._offset += 1
        body = json.dumps(value).encode() if isinstance(value, dict) else value
        return Fetched(self._offset, 0, key.encode(), body)


def _stock(message: Message) -> ProductStock | None:
    return None if message.value is None else ProductStock.model_validate_json(message.value)


def _level(shop: str, on_hand: int, version: int = 1, sku: str = MILK) -> dict[str, Any]:
    return {
        "location_id": shop,
        "sku": sku,
        "on_hand": on_hand,
        "in_carts": 1,
        "available": on_hand - 1,
        "version": version,
        "as_of": MORNING.isoformat(),
    }


def _share(
    shop: str, on_hand: int | None, offset: int, in_carts: int | None = 0, sku: str = MILK
) -> dict[str, Any]:
    as_of = None if on_hand is None else MORNING.isoformat()
    return {
        "sku": sku,
        "location_id": shop,
        "on_hand": on_hand,
        "in_carts": None if on_hand is None else in_carts,
        "as_of": as_of,
        "offset": offset,
    }


def _of(shop: str) -> ProductWorld:
    return ProductWorld(partition_of(shop, PARTITIONS))


def test_a_level_is_sent_on_by_its_sku_and_the_newest_of_a_batch_stands_for_all() -> None:
    sent = _of(NORTH).give(
        LEVELS, (f"{NORTH}/milk", _level(NORTH, 9)), (f"{NORTH}/milk", _level(NORTH, 8, 2))
    )
    (message,) = sent.messages[BY_PRODUCT]
    assert (message.key, message.place) == (b"milk/north", b"milk")
    assert json.loads(message.value or b"")["on_hand"] == 8
    assert json.loads(message.value or b"")["offset"] == 2, "the level's own place orders it"


def test_of_two_generations_that_say_a_level_the_newer_one_counts_in_whatever_order() -> None:
    older, newer = _level(NORTH, 9, 70), _level(NORTH, 3, 2**44 + 5)
    for said in ((older, newer), (newer, older)):
        sent = _of(NORTH).give(LEVELS, *((f"{NORTH}/milk", level) for level in said))
        (message,) = sent.messages[BY_PRODUCT]
        assert json.loads(message.value or b"")["on_hand"] == 3


def test_what_an_older_generation_says_after_the_newer_changes_no_sum() -> None:
    world = ProductWorld()
    world.tell({**_share(NORTH, 3, 10), "version": 2**44 + 5})
    assert world.tell({**_share(NORTH, 9, 11), "version": 71}) == []
    (stock,) = world.tell({**_share(NORTH, 2, 12), "version": 2**44 + 6})
    assert stock is not None and stock.on_hand == 2


def test_a_level_that_is_gone_is_sent_on_as_gone() -> None:
    sent = _of(NORTH).give(LEVELS, (f"{NORTH}/milk", None))
    (message,) = sent.messages[BY_PRODUCT]
    assert json.loads(message.value or b"")["on_hand"] is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("north/milk", b"{"),
        ("north/milk", {**_level(NORTH, 1), "sku": '"><b>'}),
        ("south/milk", _level(NORTH, 1)),
        ("no-slash", None),
        ("north/<b>", None),
    ],
    ids=[
        "no JSON",
        "markup for a SKU",
        "another's key",
        "a tombstone of nothing",
        "a tombstone of markup",
    ],
)
def test_what_is_no_level_is_a_dead_letter_and_stops_nothing(
    key: str, value: dict[str, Any] | bytes | None
) -> None:
    sent = _of(NORTH).give(LEVELS, (key, value), (f"{NORTH}/milk", _level(NORTH, 3)))
    assert len(sent.messages["stock.levels.dead-letter"]) == 1
    assert len(sent.messages[BY_PRODUCT]) == 1, "its neighbour was taken along"


def test_a_level_in_another_partition_than_its_locations_is_a_dead_letter() -> None:
    other = next(n for n in range(PARTITIONS) if n != partition_of(NORTH, PARTITIONS))
    sent = ProductWorld(other).give(
        LEVELS, (f"{NORTH}/milk", _level(NORTH, 3)), (f"{NORTH}/milk", None)
    )
    assert len(sent.messages["stock.levels.dead-letter"]) == 2
    assert BY_PRODUCT not in sent.messages


def test_a_product_is_the_sum_of_what_each_location_last_said() -> None:
    world = ProductWorld()
    world.tell(_share(NORTH, 5, 10, in_carts=2), _share(SOUTH, -1, 4))
    (stock,) = world.tell(_share(NORTH, 0, 11))
    assert stock is not None
    assert (stock.on_hand, stock.in_carts, stock.available) == (-1, 0, -1)
    assert (stock.locations_stocked, stock.locations_empty) == (0, 2)


def test_what_comes_again_or_late_says_nothing_new() -> None:
    world = ProductWorld()
    world.tell(_share(NORTH, 5, 10))
    assert world.tell(_share(NORTH, 5, 10), _share(NORTH, 7, 9)) == []


def test_a_location_that_is_gone_counts_no_more_and_the_last_takes_the_product_along() -> None:
    world = ProductWorld()
    world.tell(_share(NORTH, 5, 10), _share(SOUTH, 2, 4))
    (left,) = world.tell(_share(NORTH, None, 11))
    assert left is not None
    assert (left.on_hand, left.locations_stocked) == (2, 1)
    assert world.tell(_share(SOUTH, None, 5)) == [None], "nobody has a level of it: a tombstone"


def test_versions_grow_and_those_of_the_next_generation_lie_above() -> None:
    world, rebuilt = ProductWorld(), ProductWorld(generation=1)
    (first,) = world.tell(_share(NORTH, 5, 10))
    (second,) = world.tell(_share(NORTH, 4, 11))
    (anew,) = rebuilt.tell(_share(NORTH, 5, 10))
    assert first is not None and second is not None and anew is not None
    assert first.version < second.version < anew.version


def test_a_sum_beyond_the_bound_is_a_dead_letter_and_changes_nothing() -> None:
    world = ProductWorld()
    world.tell(_share(NORTH, SUM_MAX, 1))
    sent = world.give(BY_PRODUCT, (MILK, _share(SOUTH, 1, 1)))
    assert len(sent.messages[f"{BY_PRODUCT}.dead-letter"]) == 1
    (stock,) = world.tell(_share(NORTH, 3, 2))
    assert stock is not None
    assert (stock.on_hand, stock.locations_stocked) == (3, 1)


def test_a_product_in_anothers_partition_is_a_dead_letter() -> None:
    other = next(n for n in range(PARTITIONS) if n != partition_of(MILK, PARTITIONS))
    sent = ProductWorld(other).give(BY_PRODUCT, (MILK, _share(NORTH, 1, 1)))
    assert len(sent.messages[f"{BY_PRODUCT}.dead-letter"]) == 1
    assert STOCK not in sent.messages


def test_a_rebuild_says_every_product_that_stands() -> None:
    world = ProductWorld()
    world.tell(_share(NORTH, 5, 10))
    outbox = Outbox()
    assert world.agent.restate(None, outbox) is None
    assert [_stock(each) is not None for each in outbox.messages[STOCK]] == [True]


def test_who_asks_what_stands_is_told_also_that_nothing_does() -> None:
    world = ProductWorld()
    assert world.tell(_share(NORTH, 5, 10)) != []
    (said,) = world.give(BY_PRODUCT, (MILK, None)).messages[STOCK]
    assert (stock := _stock(said)) is not None and stock.on_hand == 5
    ghost = next(f"ghost-{n}" for n in range(99) if partition_of(f"ghost-{n}", PARTITIONS) == 3)
    sent = ProductWorld(3).give(BY_PRODUCT, (ghost, None)).messages
    assert sent[STOCK] == [Message(ghost.encode(), None)]
    assert f"{BY_PRODUCT}.dead-letter" not in sent


def test_a_question_about_no_key_or_anothers_is_a_dead_letter() -> None:
    sent = ProductWorld().give(BY_PRODUCT, ("", None), ("elsewhere", None))
    assert len(sent.messages[f"{BY_PRODUCT}.dead-letter"]) == 2
    assert STOCK not in sent.messages
