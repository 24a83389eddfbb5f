"""Carts at random come to the same cents at the till and at the centre, and what is changed on the
way is found. ``make carts`` sells ten thousand."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from edge.recomputing.sales import SaleDifference, difference_of
from tests.drawn_carts.carts import DrawnSale, DrawnTill
from topics.wire import WireCartCompleted, decode_till_event

CARTS = 200


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_comes_to_the_same_cents_at_the_till_and_at_the_centre(seed: int) -> None:
    till = DrawnTill(seed)
    sales = [till.sell(number) for number in range(CARTS)]
    assert [each.difference for each in sales if each.difference] == []
    rules = {each.rule for drawn in sales for each in drawn.sale.discounts}
    tables = {each.partition("/")[0] for each in rules}
    assert {"damaged", "off5"} < tables and len(tables) > 3, f"only {tables} took anything off"
    noted = [drawn for drawn in sales if drawn.sale.rules and drawn.sale.rules.notes]
    plain = [drawn for drawn in sales if not drawn.sale.discounts]
    assert noted and plain, "the carts try one side alone"


def off(event: dict[str, Any], minor: int) -> None:
    """The till takes off less than its tables say, and keeps the rest."""
    event["discounts"][0]["amount_minor"] += minor
    event["total_minor"] += minor


def none(event: dict[str, Any]) -> None:
    event["total_minor"] -= sum(each["amount_minor"] for each in event["discounts"])
    event["discounts"] = []


def other_row(event: dict[str, Any]) -> None:
    event["discounts"][0]["rule"] += "x"


def other_version(event: dict[str, Any]) -> None:
    name = event["discounts"][0]["rule"].partition("/")[0]
    event["rules"]["tables"][name] += 1_000


def hidden(event: dict[str, Any]) -> None:
    del event["rules"]


def undeclared(event: dict[str, Any]) -> None:
    del event["rules"]["tables"][event["discounts"][0]["rule"].partition("/")[0]]


def total(event: dict[str, Any]) -> None:
    event["total_minor"] += 1


@pytest.fixture(scope="module")
def till() -> DrawnTill:
    return DrawnTill(7)


@pytest.fixture(scope="module")
def discounted(till: DrawnTill) -> list[DrawnSale]:
    sales = [till.sell(number) for number in range(80)]
    return [
        each
        for each in sales
        if each.sale.discounts and all("/" in given.rule for given in each.sale.discounts)
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda event: off(event, 1),
        lambda event: off(event, -1),
        *(none, other_row, other_version, hidden, undeclared, total),
    ],
)
def test_a_sale_that_was_changed_is_found(
    till: DrawnTill, discounted: list[DrawnSale], change: Callable[[dict[str, Any]], None]
) -> None:
    assert len(discounted) > 3
    for drawn in discounted:
        event = orjson.loads(drawn.value)
        change(event)
        sale = decode_till_event(orjson.dumps(event))
        assert isinstance(sale, WireCartCompleted)
        found = difference_of(sale, till.published)
        assert isinstance(found, SaleDifference), f"nobody noticed: {event}"
        assert found.receipt_no == sale.receipt_no and found.why
