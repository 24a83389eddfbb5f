"""Which discounts count together, and how much they may take off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.rules.attributes import Facts
from edge.rules.evaluating import (
    CompiledTable,
    Ruleset,
    TableDiscount,
    compiled_table,
    percent_of,
)
from edge.rules.facts import CartFacts
from edge.rules.reading import read_table
from tests.unit.edge.rules.tables import table


def rule(
    name: str, *, percent: int | None = None, off: int | None = None, alone: bool = False
) -> CompiledTable:
    """A table whose one row always applies to the cart."""
    cells = [None, percent and str(percent), off and str(off), "yes" if alone else None]
    then = ["percent", "off_minor", "exclusive"]
    tried = table(
        ["subtotal_minor"], {"row": cells}, then=then, hit_policy="collect", table_name=name
    )
    return compiled_table(read_table(tried, name))


def cart(subtotal_minor: int) -> CartFacts:
    return CartFacts(Facts(subtotal_minor=subtotal_minor), subtotal_minor, [])


def off(*rules, subtotal_minor: int = 10_000) -> dict[str, int]:
    found = Ruleset(rules).verdict(cart(subtotal_minor)).discounts
    return {each.rule: each.amount_minor for each in found}


def test_an_exclusive_one_joins_no_other() -> None:
    rules = [rule("off5", percent=5, alone=True), rule("coupon", off=300)]
    assert off(*rules) == {"off5/row": -500}


def test_what_gives_way_is_told() -> None:
    rules = [rule("off5", percent=5, alone=True), rule("coupon", off=300)]
    found = Ruleset(rules).verdict(cart(10_000))
    assert found.displaced == [TableDiscount("coupon/row", -300)]


def test_others_that_take_off_more_together_keep_an_exclusive_one_out() -> None:
    rules = [rule("off5", percent=5, alone=True), rule("a", off=300), rule("b", off=201)]
    assert off(*rules) == {"a/row": -300, "b/row": -201}


def test_where_both_take_off_as_much_the_exclusive_one_counts() -> None:
    rules = [rule("off5", percent=5, alone=True), rule("a", off=300), rule("b", off=200)]
    assert off(*rules) == {"off5/row": -500}


def test_of_two_exclusive_ones_the_better_counts() -> None:
    assert off(rule("a", off=300, alone=True), rule("b", off=400, alone=True)) == {"b/row": -400}


def test_the_order_in_which_tables_are_given_changes_nothing() -> None:
    rules = [rule("a", off=300, alone=True), rule("b", off=300, alone=True), rule("c", off=100)]
    assert off(*rules) == off(*reversed(rules)) == {"a/row": -300}


def test_no_more_is_taken_off_than_there_is_to_pay() -> None:
    assert off(rule("a", off=300), rule("b", off=300), subtotal_minor=400) == {
        "a/row": -300,
        "b/row": -100,
    }
    assert off(rule("a", off=300), subtotal_minor=0) == {}
    assert off(rule("a", percent=50), subtotal_minor=-400) == {}


@pytest.mark.parametrize(
    ("amount_minor", "percent", "wanted"),
    [(10, 5, 1), (9, 5, 0), (50, 1, 1), (49, 1, 0), (7, 100, 7)],
)
def test_half_a_cent_is_rounded_up(amount_minor: int, percent: int, wanted: int) -> None:
    assert percent_of(amount_minor, percent) == wanted


@given(st.integers(0, 10**12), st.integers(1, 100))
def test_a_share_is_never_more_than_the_whole(amount_minor: int, percent: int) -> None:
    share = percent_of(amount_minor, percent)
    assert 0 <= share <= amount_minor
    assert abs(share * 100 - amount_minor * percent) <= 50


@pytest.mark.parametrize(
    ("by_hand", "wanted"),
    [
        (-499, {"off5/row": -500}),
        (-500, {"off5/row": -500}),
        (-501, {"damaged": -501}),
    ],
)
def test_what_somebody_gave_by_hand_joins_no_exclusive_one(
    by_hand: int, wanted: dict[str, int]
) -> None:
    rules = Ruleset([rule("off5", percent=5, alone=True)])
    found = rules.verdict(cart(10_000), [TableDiscount("damaged", by_hand)])
    assert {each.rule: each.amount_minor for each in found.discounts} == wanted


def test_what_was_given_by_hand_is_given_in_full_and_tables_take_off_what_is_left() -> None:
    rules = Ruleset([rule("coupon", off=300)])
    found = rules.verdict(cart(400), [TableDiscount("damaged", -250)])
    assert [each.amount_minor for each in found.discounts] == [-250, -150]
    assert found.off_minor == 400


@given(
    st.integers(0, 1_000),
    st.lists(st.tuples(st.integers(1, 600), st.booleans()), max_size=4),
    st.lists(st.integers(1, 600), max_size=2),
)
def test_a_sale_that_is_decided_again_by_what_it_carries_comes_to_the_same(
    subtotal_minor: int, tables: list[tuple[int, bool]], by_hand: list[int]
) -> None:
    """Its event has the discounts by hand only where they counted."""
    rules = Ruleset(rule(f"t{at}", off=off, alone=alone) for at, (off, alone) in enumerate(tables))
    hands = [TableDiscount(f"hand-{at}", -off) for at, off in enumerate(by_hand)]
    first = rules.verdict(cart(subtotal_minor), hands)
    carried = [each for each in first.discounts if each.rule.startswith("hand-")]
    assert rules.verdict(cart(subtotal_minor), carried).told() == first.told()
