"""Whether a sale has room in the totals: asked once for the location and its till together."""

import msgspec
import pytest

from tables.limits import SUM_MAX
from tables.totals import (
    Return,
    Sale,
    Totals,
    add_sale,
    cover,
    has_room_for_return,
    has_room_for_sale,
)

SALE = Sale(1, 0, 100, 0, 0, (), 100, False, 201)
BACK = Return(1, 0, 100, 101)


def test_what_has_room_at_the_location_has_room_at_each_of_its_tills() -> None:
    location, tills = Totals(), [Totals(), Totals()]
    for turn in range(6):
        till = tills[turn % 2]
        cover(location, till)
        assert has_room_for_sale(location, till, SALE)
        add_sale((location, till), SALE)
    assert location.turnover == sum(till.turnover for till in tills)


@pytest.mark.parametrize("turnover", [0, 5])
def test_a_till_near_the_bound_is_seen_where_its_location_had_the_opposite(turnover: int) -> None:
    """An older version kept no turnover, and another till's refunds may hide this one's sales."""
    location = Totals(net_sales_minor=3, turnover=turnover)
    full = Totals(net_sales_minor=SUM_MAX - 50)
    cover(location, full)
    assert not has_room_for_sale(location, full, SALE)
    assert has_room_for_return(location, full, BACK)
    emptied = Totals(net_sales_minor=50 - SUM_MAX)
    cover(location, emptied)
    assert has_room_for_sale(location, emptied, SALE)
    assert not has_room_for_return(location, emptied, BACK)


def test_a_large_turnover_alone_refuses_nothing() -> None:
    location, till = Totals(turnover=SUM_MAX), Totals(turnover=SUM_MAX)
    cover(location, till)
    assert has_room_for_sale(location, till, SALE)
    assert has_room_for_return(location, till, BACK)
    assert msgspec.structs.asdict(till)["receipts"] == 0, "who asks changes nothing"
