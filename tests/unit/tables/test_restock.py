from datetime import UTC, datetime, timedelta

from tables.items import Item, move, remove_policy, set_policy
from tables.restock import judge, suggested_quantity

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def listed(on_hand: int, reorder_point: int = 5, hysteresis: int | None = None) -> Item:
    item = Item()
    set_policy(item, True, reorder_point, 20, hysteresis)
    move(item, on_hand)
    return item


def test_it_raises_below_the_reorder_point_and_not_at_it() -> None:
    assert not judge(listed(5), NOON, 0)
    item = listed(4)
    assert judge(item, NOON, 0)
    assert (item.raised, item.reason, item.raised_at) == (True, "below_reorder_point", NOON)


def test_it_is_raised_once_however_often_the_level_moves_below_the_line() -> None:
    item = listed(4)
    judge(item, NOON, 0)
    for quantity in (-1, 1, -2):
        move(item, quantity)
        assert not judge(item, LATER, 0)
    assert item.raised_at == NOON


def test_reasons_take_over_within_the_same_alert() -> None:
    item = listed(4)
    judge(item, NOON, 0)
    seen = [item.reason]
    for quantity in (-4, -1, 1, 2):
        move(item, quantity)
        assert judge(item, LATER, 0)
        seen.append(item.reason)
    below, out, negative = "below_reorder_point", "out_of_stock", "negative_stock"
    assert seen == [below, out, negative, out, below]
    assert item.raised_at == NOON


def test_it_clears_at_the_reorder_point_plus_the_rows_hysteresis() -> None:
    item = listed(4, hysteresis=3)
    judge(item, NOON, 100)
    move(item, 3)
    assert not judge(item, LATER, 100), "7 is below 5 + 3"
    move(item, 1)
    assert judge(item, LATER, 100)
    assert (item.raised, item.cleared_at, item.raised_at) == (False, LATER, NOON)


def test_the_default_hysteresis_holds_where_the_row_names_none_and_zero_is_a_name() -> None:
    for hysteresis, still_raised in ((None, True), (0, False)):
        item = listed(4, hysteresis=hysteresis)
        judge(item, NOON, 3)
        move(item, 1)
        judge(item, LATER, 3)
        assert item.raised is still_raised


def test_a_second_crossing_is_a_new_alert() -> None:
    item = listed(4)
    judge(item, NOON, 0)
    move(item, 5)
    judge(item, NOON, 0)
    move(item, -5)
    assert judge(item, LATER, 0)
    assert (item.raised_at, item.cleared_at) == (LATER, None)


def test_without_policy_only_negative_stock_is_raised_and_it_clears_at_zero() -> None:
    item = Item()
    move(item, 1)
    move(item, -1)
    assert not judge(item, NOON, 7)
    move(item, -1)
    assert judge(item, NOON, 7)
    assert (item.reason, item.alert_reorder_point) == ("negative_stock", None)
    assert suggested_quantity(item) == 0
    move(item, 1)
    assert judge(item, LATER, 7)
    assert not item.raised


def test_an_unlisted_policy_is_no_policy() -> None:
    item = listed(1)
    item.listed = False
    assert not judge(item, NOON, 0)
    assert suggested_quantity(item) == 0


def test_a_policy_alone_raises_nothing_and_neither_does_a_quantity_of_zero() -> None:
    assert not judge(listed(0), NOON, 0)


def test_a_policy_that_goes_clears_the_alert_that_it_raised() -> None:
    item = listed(4)
    judge(item, NOON, 0)
    remove_policy(item)
    assert judge(item, LATER, 0)
    assert (item.raised, item.alert_reorder_point) == (False, None)


def test_a_new_reorder_point_within_an_alert_is_announced_in_it() -> None:
    item = listed(4)
    judge(item, NOON, 0)
    set_policy(item, True, 6, 20, None)
    assert judge(item, LATER, 0)
    assert (item.raised, item.raised_at, item.alert_reorder_point) == (True, NOON, 6)


def test_it_suggests_what_fills_up_and_never_less_than_nothing() -> None:
    assert suggested_quantity(listed(4)) == 16
    assert suggested_quantity(listed(-3)) == 23
    assert suggested_quantity(listed(25)) == 0
