"""Which returns nothing explains."""

from itertools import permutations
from typing import Any

from edge.disputes.judging import GRACE, NOBODYS, Beyond
from tests.unit.edge.disputes.claims import back, disputed, goods, sold, tills


def test_what_was_bought_may_come_back_in_parts_and_elsewhere() -> None:
    sale = sold("a", ("tea", 3), ("milk", 1))
    assert not disputed([sale], [back("a", ("tea", 1)), back("b", ("tea", 2), ("milk", 1))])


def test_two_stores_that_take_back_the_same_are_found_with_both_tills() -> None:
    sale = sold("a", ("tea", 1))
    (found,) = disputed([sale], [back("a", ("tea", 1), till_id="3"), back("b", ("tea", 1))])
    assert (found.location_id, found.reason) == ("a", "beyond_purchase")
    assert found.beyond == [Beyond(None, "tea", "each", 1, 2)]
    assert tills(found) == [("a", "3"), ("b", "1")]
    assert found.sales == [sale] and (found.paid_minor, found.refunded_minor) == (100, 200)


def test_two_stores_that_name_a_third_ones_receipt_are_found() -> None:
    named: dict[str, Any] = {"receipt_location_id": "c", "verified": "centre"}
    returns = [back("a", ("tea", 1), **named), back("b", ("tea", 1), **named)]
    # Both have a receipt of that number themselves, with the same goods.
    sales = [sold(place, ("tea", 1)) for place in "abc"]
    (found,) = disputed(sales, returns)
    assert found.location_id == "c" and found.sales == [sales[2]]
    assert tills(found) == [("a", "1"), ("b", "1")]


def test_goods_that_are_not_on_the_receipt_are_disputed() -> None:
    (found,) = disputed([sold("a", ("tea", 5))], [back("a", ("caviar", 1))])
    assert found.beyond == [Beyond(None, "caviar", "each", 0, 1)]


def test_more_money_than_was_paid_is_disputed_where_the_goods_are_right() -> None:
    sale = sold("a", ("tea", 2), total_minor=150)
    (found,) = disputed([sale], [back("a", ("tea", 2))])
    assert (found.reason, found.beyond) == ("beyond_payment", [])
    assert (found.paid_minor, found.refunded_minor) == (150, 200)


def test_grams_are_no_pieces() -> None:
    sale = sold("a", ("tea", 500))
    grams = tuple(each._replace(unit="gram") for each in goods(("tea", 200)))
    (found,) = disputed([sale], [back("a", goods=grams)])
    assert found.beyond == [Beyond(None, "tea", "gram", 0, 200)]


def test_one_line_twice_is_disputed_where_the_till_knew_the_receipt() -> None:
    sale = sold("a", ("tea", 1), ("tea", 1))
    twice = [back("a", ("tea", 1), verified="till"), back("b", ("tea", 1), verified="store")]
    named = [each._replace(receipt_location_id="a") for each in twice]
    (found,) = disputed([sale], named)
    assert found.beyond == [Beyond(1, "tea", "each", 1, 2)]
    unproven = [each._replace(verified=None) for each in twice]
    assert not disputed([sale], unproven), "a till may number its lines as it likes"


def test_a_return_of_nobodys_receipt_waits_for_its_sale_for_a_week() -> None:
    returns = [back("a", ("tea", 1)), back("b", ("tea", 1))]
    (found,) = disputed([], returns)
    assert (found.location_id, found.reason) == (NOBODYS, "unknown_receipt")
    assert found.due_at == returns[0].received_at + GRACE
    assert not disputed([sold("c", ("tea", 2))], returns), "the late sale explains both"


def test_a_return_that_names_a_location_waits_for_that_ones_sale() -> None:
    (found,) = disputed([sold("b", ("tea", 1))], [back("b", ("tea", 1), receipt_location_id="a")])
    assert (found.location_id, found.reason) == ("a", "unknown_receipt")


def test_stores_whose_receipts_have_the_same_number_do_not_meet() -> None:
    sales = [sold(place, (f"tea-{place}", 1)) for place in "abc"]
    returns = [back(place, (f"tea-{place}", 1)) for place in "abc"]
    assert not disputed(sales, returns)


def test_a_return_elsewhere_is_explained_by_any_receipt_of_the_number() -> None:
    sales = [sold("a", ("tea", 1)), sold("b", ("milk", 1))]
    assert not disputed(sales, [back("c", ("milk", 1))])
    assert not disputed(sales, [back("b", ("tea", 1))]), "its own receipt has no tea"
    (found,) = disputed(sales, [back("c", ("milk", 1)), back("b", ("milk", 1))])
    assert found.location_id == NOBODYS and len(found.sales) == 2
    assert found.beyond == [Beyond(None, "milk", "each", 0, 1)], "the store's own went first"


def test_two_sales_of_one_store_with_one_number_explain_what_both_sold() -> None:
    sales = [sold("a", ("tea", 1)), sold("a", ("tea", 1), sequence=9)]
    assert not disputed(sales, [back("a", ("tea", 2))])


def test_what_nobody_looks_at_explains_all_goods_but_not_all_money() -> None:
    sale = sold("a", total_minor=300)._replace(goods=None)
    assert not disputed([sale], [back("a", ("tea", 3))])
    (found,) = disputed([sale], [back("a", ("tea", 4))])
    assert found.reason == "beyond_payment"


def test_a_sale_that_paid_out_explains_no_refund() -> None:
    (found,) = disputed([sold("a", ("tea", 1), total_minor=-50)], [back("a", ("tea", 1))])
    assert (found.paid_minor, found.refunded_minor) == (0, 100)


def test_no_order_changes_what_is_found() -> None:
    sale = sold("a", ("tea", 2))
    returns = [back("a", ("tea", 1)), back("b", ("tea", 1)), back("c", ("tea", 1))]
    verdicts = {repr(disputed([sale], each)) for each in permutations(returns)}
    assert len(verdicts) == 1 and "beyond_purchase" in verdicts.pop()
