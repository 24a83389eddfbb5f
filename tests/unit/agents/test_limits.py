"""Sums end somewhere: what would carry one beyond 2^53 - 1 is a dead letter, and nothing stops."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents import outputs
from tests.unit.agents.partition_world import MODELS, SHOP, World, line, receipt, returned, said
from tests.unit.topics import examples
from tests.unit.topics.spoiling import spoiled
from topics.partitioning import partition_of
from topics.scalars import NUMBER_MAX, SAFE_INTEGER_MAX

EVENTS = "till.cart-events"
MOVEMENTS = "cdc.stock-movements"
FULL, REST = divmod(SAFE_INTEGER_MAX, NUMBER_MAX)
"""So many largest numbers fit into a sum, and what is left then."""


def sale(sequence: int, *lines: dict[str, Any], **other: Any) -> dict[str, Any]:
    return said("cart_completed", sequence, **receipt(*lines, cart=f"c-{sequence}", **other))


def full_of(sku: str, quantity: int = NUMBER_MAX, count: int = FULL) -> list[dict[str, Any]]:
    return [line(sku, quantity, n, amount=0) for n in range(count)]


def test_a_lawful_number_of_large_discounts_stops_nothing() -> None:
    world = World()
    discounts = [{"rule": "r", "amount_minor": -NUMBER_MAX}] * (FULL + 1)
    world.sell(sale(1, line(), discounts=discounts), sale(2, line("bread")))
    assert world.reasons(EVENTS) == ["out_of_range"]
    assert world.history("stock.levels", f"{SHOP}/milk") == [], "it changed half of what it says"
    assert (world.totals().receipts, world.level("bread").on_hand) == (1, -1)
    assert (world.till().missing, world.till().quarantined) == ((), 1)


def test_a_discount_beyond_the_bound_of_numbers_is_malformed() -> None:
    world = World()
    world.sell(sale(1, line(), discounts=[{"rule": "r", "amount_minor": -(2**53 - 1)}]))
    assert world.reasons(EVENTS) == ["malformed"]


def test_a_level_reaches_the_bound_and_not_one_beyond() -> None:
    world = World()
    world.sell(sale(1, *full_of("milk"), line("milk", REST, FULL, amount=0)))
    assert world.level().on_hand == -SAFE_INTEGER_MAX
    another_day = sale(2, line("milk", 1, amount=0)) | {"business_date": "2026-11-22"}
    world.sell(another_day)
    world.book("milk", -1)
    assert (world.reasons(EVENTS), world.reasons(MOVEMENTS)) == (
        ["out_of_range"],
        ["out_of_range"],
    )
    assert world.level().on_hand == -SAFE_INTEGER_MAX
    world.book("milk", 1)
    world.sell(another_day)
    assert world.level().on_hand == -SAFE_INTEGER_MAX, "sent again once there is room, it counts"
    assert world.till().quarantined == 0


def test_what_is_in_carts_ends_where_levels_do() -> None:
    world = World()
    for cart in range(FULL):
        added = said("line_added", cart + 1, cart_id=f"c-{cart}", line=line(quantity=NUMBER_MAX))
        world.give_records(EVENTS, [world.record(EVENTS, added)])
    more = said("line_added", FULL + 1, cart_id="one", line=line(quantity=REST + 1))
    world.sell(more, sale(FULL + 2, line("bread")))
    assert world.reasons(EVENTS) == ["out_of_range"]
    assert (world.level().available, world.level("bread").on_hand) == (-FULL * NUMBER_MAX, -1)


@pytest.mark.parametrize("figure", ["amounts", "taxes", "tenders", "total", "weight", "refund"])
def test_no_total_leaves_the_bound(figure: str) -> None:
    world = World()
    much = [{"amount_minor": NUMBER_MAX} for _ in range(1_000)]

    def event(sequence: int) -> dict[str, Any]:
        if figure == "refund":
            back = returned(line(), refund=NUMBER_MAX, restock=False)
            return said("goods_returned", sequence, **back)
        if figure == "total":
            return sale(sequence, line(), total_minor=NUMBER_MAX)
        if figure == "weight":
            return sale(sequence, line("milk", NUMBER_MAX) | {"unit": "gram"})
        if figure == "amounts":
            lines = [line("milk", 0, n, amount=NUMBER_MAX) for n in range(1_000)]
            return sale(sequence, *lines, tenders=[], total_minor=0)
        if figure == "taxes":
            return sale(sequence, line(), taxes=[{"rate_basis_points": 1, **one} for one in much])
        return sale(sequence, line(), tenders=[{"kind": "cash", **one} for one in much])

    each = 1 if figure in ("total", "weight", "refund") else 1_000
    count = FULL // each + 2
    for sequence in range(1, count + 1):
        world.give_records(EVENTS, [world.record(EVENTS, event(sequence))])
    totals = world.totals()
    assert set(world.reasons(EVENTS)) == {"out_of_range"}, "nothing was refused"
    assert totals.receipts + totals.returns + len(world.reasons(EVENTS)) == count
    assert world.till().last_sequence == count


def test_a_suggestion_stays_within_the_bound() -> None:
    world = World()
    world.list_item("milk", 1, NUMBER_MAX)
    world.sell(sale(1, *full_of("milk")))
    assert world.alerts()[-1].suggested_quantity <= SAFE_INTEGER_MAX


_NUMBERS = st.sampled_from([0, 1, -1, NUMBER_MAX, -NUMBER_MAX, NUMBER_MAX - 1, 7])


@st.composite
def _wild_events(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Lawful or not: events of three tills with numbers at their limits."""
    events: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(1, 12))):
        value = dict(draw(st.sampled_from(examples.TILL_EVENTS)))
        value["location_id"], value["till_id"] = SHOP, draw(st.sampled_from("abc"))
        value["epoch"] = draw(st.sampled_from([1, 2, 2**31 - 1, 0]))
        value["sequence"] = draw(st.sampled_from([1, 2, 3, 9, NUMBER_MAX, NUMBER_MAX + 1]))
        value["business_date"] = draw(st.sampled_from(["0001-01-01", "2026-11-21", "9999-12-31"]))
        value["occurred_at"] = draw(
            st.sampled_from(
                ["0001-01-01T00:00:00Z", "2026-11-21T09:00:00Z", "9999-12-31T00:00:00Z"]
            )
        )
        if "cart_id" in value:
            value["cart_id"] = draw(st.sampled_from(["1", "2", "a/b/c"]))
        if "lines" in value:
            lines = [dict(one) for one in value["lines"]]
            for one in lines:
                one["quantity"], one["amount_minor"] = abs(draw(_NUMBERS)), draw(_NUMBERS)
            value["lines"] = lines
        if "total_minor" in value:
            value["total_minor"] = draw(_NUMBERS)
        events.append(value)
    return events


@given(st.lists(_wild_events(), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_message_that_the_decoder_takes_makes_a_fold_or_an_encoder_raise(
    batches: list[list[dict[str, Any]]],
) -> None:
    world = World()
    world.list_item("4006381333931", 5, 20, hysteresis=3)
    for events in batches:
        world.sell(*events)
    stands = [row for rows in world.restated().values() for row in rows]
    assert all(0 <= row.version <= SAFE_INTEGER_MAX for row in stands)


@given(st.lists(spoiled(examples.TILL_EVENTS), max_size=8))
@settings(max_examples=150, deadline=None)
def test_spoiled_bytes_make_nothing_raise(values: list[bytes]) -> None:
    world = World(partition=partition_of("shop-0042", 8))
    world.give(EVENTS, *values)
    letters = len(world.dead(EVENTS))
    counts = world.tally.counts[-1]
    held = sum(counts.events.values()) + counts.duplicates
    assert letters + held <= len(values)


def test_versions_of_a_generation_lie_above_all_of_the_one_before() -> None:
    def told(generation: int) -> list[int]:
        world = World(generation=generation)
        world.list_item("milk", 5, 20)
        world.sell(sale(1, line(quantity=3)))
        return [
            json.loads(message.value)["version"]
            for topic, messages in world.sent.items()
            if topic in MODELS
            for message in messages
            if message.value
        ]

    for generation in (1, 511):
        assert min(told(generation)) > max(told(generation - 1))
        assert max(told(generation)) <= SAFE_INTEGER_MAX
    assert outputs.base_of(3) == 3 * 2**44
