"""Drawn sales and returns: no order changes what is found, and it is what counting alone finds."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from edge.disputes.claims import Returned, Sold
from tests.unit.edge.disputes.claims import back, disputed, sold

PLACES = ("a", "b", "c")
SKUS = ("tea", "milk")

pieces = st.lists(st.tuples(st.sampled_from(SKUS), st.integers(0, 3)), max_size=3)
where = st.sampled_from(PLACES)


@st.composite
def some_sales(draw: st.DrawFn, places: tuple[str, ...] = PLACES) -> list[Sold]:
    return [
        sold(draw(st.sampled_from(places)), *draw(pieces), sequence=number)
        for number in range(draw(st.integers(0, 3)))
    ]


@st.composite
def some_returns(draw: st.DrawFn) -> list[Returned]:
    return [
        back(
            draw(where),
            *draw(pieces),
            sequence=100 + number,
            receipt_location_id=draw(st.none() | where),
            verified=draw(st.none() | st.just("centre")),
        )
        for number in range(draw(st.integers(0, 4)))
    ]


def _count(receipts: list[Sold] | list[Returned]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for each in receipts:
        for line in each.goods or ():
            counted[line.sku] += line.quantity
    return counted


@given(some_sales(), some_returns(), st.randoms())
def test_no_order_of_arrival_changes_what_is_found(
    sales: list[Sold], returns: list[Returned], order: Random
) -> None:
    found = disputed(sales, returns)
    order.shuffle(sales)
    order.shuffle(returns)
    assert disputed(sales, returns) == found
    named = [each.location_id for each in found]
    assert len(named) == len(set(named)), "two disputes of one number and location"


@given(some_sales(("a",)), some_returns())
def test_of_one_stores_receipt_it_is_found_by_counting(
    sales: list[Sold], returns: list[Returned]
) -> None:
    returns = [each._replace(receipt_location_id=None, verified=None) for each in returns]
    bought, came = _count(sales), _count(returns)
    refunded, paid = sum(came.values()) * 100, sum(bought.values()) * 100
    expected = bool(returns) and (not sales or refunded > paid or not came <= bought)
    assert bool(disputed(sales, returns)) == expected


@given(some_sales(), some_returns())
def test_each_return_is_in_one_dispute_at_the_most(
    sales: list[Sold], returns: list[Returned]
) -> None:
    named = [each for dispute in disputed(sales, returns) for each in dispute.returns]
    assert len(named) == len(set(named))
    assert set(named) <= set(returns)


@given(some_sales(), some_returns())
def test_what_is_allowed_stays_so_where_more_was_sold(
    sales: list[Sold], returns: list[Returned]
) -> None:
    """A late sale explains: it never makes a dispute of a store's own receipt out of nothing."""
    returns = [
        each._replace(receipt_location_id=each.receipt_location_id or each.location_id)
        for each in returns
    ]
    before = {each.location_id for each in disputed(sales, returns)}
    for place in PLACES:
        more = [*sales, sold(place, ("tea", 1), sequence=50)]
        assert {each.location_id for each in disputed(more, returns)} <= before
