"""What is paid back: never more than was paid, however often and in whichever pieces."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.gateway.receipts.refunds import ReturnLine, beyond, paid_shares, refund_for, returned_of
from edge.gateway.receipts.stored import StoredLine, StoredReceipt


def line(line_no: int, quantity: int, amount_minor: int, sku: str = "tea") -> StoredLine:
    return StoredLine(line_no, sku, quantity, "each", amount_minor)


def sale(total_minor: int, *lines: StoredLine, **fields: Any) -> StoredReceipt:
    told = {
        "type": "cart_completed", "location_id": "shop-1", "till_id": "1", "epoch": 1,
        "sequence": 1, "receipt_no": "1-1-1", "business_date": "2026-11-29",
    } | fields  # fmt: skip
    return StoredReceipt(lines=list(lines), total_minor=total_minor, **told)


lines = st.lists(st.tuples(st.integers(1, 9), st.integers(-500, 9_999)), min_size=1, max_size=6)


@settings(max_examples=100, deadline=None)
@given(lines, st.integers(0, 60), st.randoms(use_true_random=False))
def test_all_pieces_together_are_what_was_paid(
    told: list[tuple[int, int]], percent_off: int, chance: Any
) -> None:
    bought = [line(no, quantity, amount) for no, (quantity, amount) in enumerate(told)]
    whole = sum(max(0, amount) for _, amount in told)
    total = whole * (100 - percent_off) // 100
    receipt = sale(total, *bought)
    paid = paid_shares(receipt)
    assert sum(paid.values()) == total
    assert all(0 <= paid[each.line_no] <= max(0, each.amount_minor) for each in bought)
    for each in bought:
        refunds: list[int] = []
        back = 0
        while back < each.quantity:
            piece = chance.randint(1, each.quantity - back)
            refunds.append(refund_for(paid[each.line_no], each, back, piece))
            back += piece
        assert sum(refunds) == paid[each.line_no] and min(refunds) >= 0


def test_a_discount_of_the_whole_receipt_is_taken_back_with_the_goods() -> None:
    receipt = sale(950, line(1, 1, 333), line(2, 1, 667))
    assert paid_shares(receipt) == {1: 316, 2: 634}
    assert paid_shares(sale(1, line(1, 1, 1), line(2, 1, 1))) == {1: 1, 2: 0}


def test_a_total_that_does_not_agree_pays_back_no_more_than_the_lines() -> None:
    assert paid_shares(sale(9_999, line(1, 1, 100))) == {1: 100}
    assert paid_shares(sale(-5, line(1, 1, 100))) == {1: 0}
    assert paid_shares(sale(100, line(1, 0, 0), line(2, 1, -5))) == {1: 0, 2: 0}
    assert refund_for(100, line(1, 0, 100), 0, 1) == 0


def test_what_came_back_counts_on_its_line_or_else_by_its_sku() -> None:
    receipt = sale(600, line(1, 2, 200), line(2, 3, 300), line(3, 1, 100, "soap"))
    assert returned_of(receipt, [[line(2, 1, 0)], [line(2, 1, 0)]]) == {1: 0, 2: 2, 3: 0}
    assert returned_of(receipt, [[line(7, 4, 0)]]) == {1: 2, 2: 2, 3: 0}
    assert returned_of(receipt, [[line(1, 1, 0, "soap")]]) == {1: 0, 2: 0, 3: 1}
    assert returned_of(receipt, [[line(1, 9, 0, "other")]]) == {1: 0, 2: 0, 3: 0}


def test_more_than_is_left_is_named_with_what_is_left() -> None:
    receipt = sale(200, line(1, 2, 200))
    assert beyond(receipt, {1: 1}, [ReturnLine(1, 1)]) == {}
    assert beyond(receipt, {1: 1}, [ReturnLine(1, 2), ReturnLine(9, 1)]) == {1: 1, 9: 0}
    assert beyond(receipt, {1: 5}, [ReturnLine(1, 1)]) == {1: 0}
