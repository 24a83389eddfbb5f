"""A drawer's sums follow from the journal's events, and nobody is told them before the count."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.journal.entries import EpochMark, entry_after
from edge.journal.heads import Sums
from edge.till.shifts.counting import WrongCount, counted_minor
from edge.till.shifts.reports import x_report, z_report
from edge.till.shifts.shift import NAMELESS, Shift, after, shifts_of
from edge.till.shifts.steps import (
    ShiftRefused,
    WhyNotInShift,
    close_shift,
    count_cash,
    move_cash,
    open_shift,
)
from tests.unit.edge.journal.tills import TILL, event, sale

BEGIN = EpochMark(1, 0, "0" * 64, Sums())
FLOAT = 10_000
STAMP = {
    "occurred_at": "2026-11-30T08:00:00.000Z",
    "business_date": "2026-11-30",
}


def sold(cash_minor: int, card_minor: int = 0, **fields: Any) -> dict[str, Any]:
    total_minor = cash_minor + card_minor
    line = {"line_no": 1, "sku": "tea", "quantity": 1, "unit": "each",
            "unit_price_minor": total_minor, "amount_minor": total_minor}  # fmt: skip
    tenders = [
        {"kind": kind, "amount_minor": amount}
        for kind, amount in (("cash", cash_minor), ("card", card_minor))
        if amount
    ]
    taxes = [{"rate_basis_points": 1900, "amount_minor": total_minor // 5}]
    return sale(
        total_minor, lines=[line], tenders=tenders, discounts=[], taxes=taxes, **STAMP, **fields
    )


def returned(refund_minor: int, **fields: Any) -> dict[str, Any]:
    return event("goods_returned", refund_minor=refund_minor, **STAMP, **fields)


class Drawer:
    """A till's drawer whose events go through what the journal takes."""

    def __init__(self) -> None:
        self.mark = BEGIN
        self.events: list[dict[str, Any]] = []

    @property
    def shift(self) -> Shift:
        return shifts_of(self.events)[-1]

    def take(self, *events: dict[str, Any]) -> "Drawer":
        for each in events:
            made = each if "event_id" in each else event("till_heartbeat") | each | STAMP
            written = entry_after(self.mark, TILL, made)
            self.mark = written.mark
            self.events.append(dict(written.event))
        return self

    def open(self) -> "Drawer":
        return self.take(open_shift(self.shift, "s-1", "7", FLOAT))

    def count(self, counted: dict[str, int]) -> "Drawer":
        return self.take(count_cash(self.shift, "7", counted))

    def drop(self, amount_minor: int) -> "Drawer":
        return self.take(move_cash(self.shift, "7", -amount_minor, "drop"))

    def close(self) -> "Drawer":
        return self.take(close_shift(self.shift, "7"))


def refused(why: WhyNotInShift) -> Any:
    return pytest.raises(ShiftRefused, match=f"^{why.value}$")


def numbers_in(told: Any) -> Iterable[int]:
    match told:
        case bool() | None | str():
            return
        case int():
            yield told
        case dict():
            for each in told.values():
                yield from numbers_in(each)
        case _:
            for each in told:
                yield from numbers_in(each)


def test_a_days_shift_comes_out_to_the_cent() -> None:
    drawer = Drawer().open().take(sold(1_999), sold(500, 3_001), returned(999)).drop(5_000)
    drawer.count({"5000": 1, "1000": 1, "200": 2, "50": 1, "1": 48}).close()
    closed, left = shifts_of(drawer.events)
    assert left == Shift()
    report = z_report(closed)
    assert report["expected_minor"] == FLOAT + 1_999 + 500 - 999 - 5_000 == 6_500
    assert (report["counted_minor"], report["over_short_minor"]) == (6_498, -2)
    assert report["tenders"] == {"card": 3_001, "cash": 2_499}
    assert (report["receipts"], report["returns"], report["net_minor"]) == (2, 1, 5_500)
    assert report["taxes"] == [{"rate_basis_points": 1900, "amount_minor": 1_099}]
    ending = drawer.events[-1]
    assert (ending["expected_minor"], ending["over_short_minor"]) == (6_500, -2)


def test_before_the_count_no_answer_tells_what_should_be_there() -> None:
    drawer = Drawer().open().take(sold(1_234), sold(0, 777))
    told = x_report(drawer.shift)
    assert set(numbers_in(told)) == {FLOAT, 0, 2}, "float, cash moved by hand, and two receipts"
    counting = count_cash(drawer.shift, "7", {"5000": 2})
    assert list(numbers_in(counting)) == [2], "the event of the count tells no sum either"


def test_after_the_count_the_difference_is_told() -> None:
    told = x_report(Drawer().open().take(sold(1_234)).count({"1": 11_234}).shift)
    assert (told["expected_minor"], told["over_short_minor"]) == (11_234, 0)


def test_cash_that_moves_after_a_count_hides_the_sums_again() -> None:
    drawer = Drawer().open().count({"1": 1}).take(sold(100))
    assert "expected_minor" not in x_report(drawer.shift)
    with refused(WhyNotInShift.NOT_COUNTED):
        close_shift(drawer.shift, "7")


def test_a_card_sale_after_a_count_leaves_the_drawer_counted() -> None:
    drawer = Drawer().open().count({"10000": 1}).take(sold(0, 500)).close()
    assert z_report(shifts_of(drawer.events)[0])["over_short_minor"] == 0


def test_a_second_count_is_allowed_once_and_the_first_stays_known() -> None:
    drawer = Drawer().open().count({"1": 1}).count({"10000": 1})
    with refused(WhyNotInShift.COUNTED_TWICE):
        count_cash(drawer.shift, "7", {"10000": 1})
    report = z_report(shifts_of(drawer.close().events)[0])
    assert (report["first_over_short_minor"], report["over_short_minor"]) == (1 - FLOAT, 0)
    assert report["counts"] == 2


def test_a_small_sale_between_counts_does_not_wipe_the_first_out() -> None:
    drawer = Drawer().open().count({"1": 1}).take(sold(1)).count({"1": FLOAT + 1}).close()
    report = z_report(shifts_of(drawer.events)[0])
    assert report["first_over_short_minor"] == 1 - FLOAT
    assert report["over_short_minor"] == 0


def test_steps_are_refused_in_another_order() -> None:
    none = Drawer()
    for step in (
        lambda: count_cash(none.shift, "7", {}),
        lambda: close_shift(none.shift, "7"),
        lambda: move_cash(none.shift, "7", -1, "drop"),
    ):
        with refused(WhyNotInShift.NO_SHIFT):
            step()
    opened = Drawer().open()
    with refused(WhyNotInShift.SHIFT_IS_OPEN):
        open_shift(opened.shift, "s-2", "8", 0)
    with refused(WhyNotInShift.NOT_COUNTED):
        close_shift(opened.shift, "7")
    with refused(WhyNotInShift.NO_REASON):
        move_cash(opened.shift, "7", -1, "  ")
    with refused(WhyNotInShift.WRONG_AMOUNT):
        move_cash(opened.shift, "7", 0, "drop")


def test_a_shift_that_goes_on_has_no_z() -> None:
    with pytest.raises(ValueError, match="has not ended"):
        z_report(Drawer().open().shift)


def test_training_is_in_no_sum() -> None:
    plain = Drawer().open().take(sold(100)).shift
    trained = (
        Drawer().open().take(sold(100), sold(9_999, training=True), returned(5, training=True))
    )
    assert x_report(trained.shift) == x_report(plain)
    assert trained.shift.expected_minor == plain.expected_minor


def test_what_is_sold_while_no_shift_is_open_is_in_a_report_of_its_own() -> None:
    drawer = Drawer().take(sold(100)).open().take(sold(200))
    nameless, opened = shifts_of(drawer.events)
    assert (nameless.shift_id, nameless.net_minor) == (NAMELESS, 100)
    assert (opened.shift_id, opened.net_minor) == ("s-1", 200)


def test_a_new_shift_after_a_z_begins_at_nothing() -> None:
    drawer = Drawer().open().take(sold(500)).count({"1": FLOAT + 500}).close()
    drawer.take(open_shift(drawer.shift, "s-2", "8", 300))
    assert drawer.shift.expected_minor == 300
    assert drawer.shift.receipts == 0


SALES = st.lists(
    st.one_of(
        st.builds(sold, st.integers(0, 10_000), st.integers(0, 10_000)),
        st.builds(returned, st.integers(0, 10_000)),
    ),
    max_size=12,
)


@given(SALES, st.data())
def test_whatever_the_shifts_no_cent_is_in_two_or_none(
    sales: list[dict[str, Any]], data: st.DataObject
) -> None:
    drawer = Drawer()
    for each in sales:
        drawer.take(each)
        if data.draw(st.booleans()):
            if drawer.shift.shift_id == NAMELESS:
                drawer.open()
            else:
                drawer.count({"1": 1}).close()
    shifts = shifts_of(drawer.events)
    assert sum(each.net_minor for each in shifts) == sum(s.get("total_minor", 0) for s in sales)
    assert sum(each.refund_minor for each in shifts) == sum(s.get("refund_minor", 0) for s in sales)
    assert sum(each.receipts + each.returns for each in shifts) == len(sales)


@given(SALES)
def test_a_shift_read_again_from_its_state_goes_on_the_same(sales: list[dict[str, Any]]) -> None:
    drawer = Drawer().open().take(*sales)
    shift = Shift()
    for each in drawer.events:
        kept = msgspec.json.encode(after(shift, each).shift)
        shift = msgspec.json.decode(kept, type=Shift)
    assert shift == drawer.shift


def test_a_shift_that_nobody_closed_ends_where_the_next_begins() -> None:
    drawer = Drawer().open().take(sold(100))
    drawer.take(open_shift(Shift(), "s-2", "8", 0)).take(sold(7))
    left, opened = shifts_of(drawer.events)
    assert (left.shift_id, left.closed_at, left.net_minor) == ("s-1", None, 100)
    assert (opened.shift_id, opened.net_minor) == ("s-2", 7)


@given(st.dictionaries(st.integers(1, 50_000).map(str), st.integers(0, 1_000), max_size=15))
def test_a_count_is_the_sum_of_its_pieces(counted: dict[str, int]) -> None:
    assert counted_minor(counted) == sum(int(each) * pieces for each, pieces in counted.items())


@pytest.mark.parametrize(
    "counted",
    [{"": 1}, {"0": 1}, {"-5": 1}, {"5.00": 1}, {"٣": 1}, {"500": -1}, {"500": 100_001},
     {str(each): 1 for each in range(1, 42)}, {"999999999": 100_000}],
)  # fmt: skip
def test_a_count_that_cannot_be_meant_is_refused(counted: dict[str, int]) -> None:
    with pytest.raises(WrongCount):
        count_cash(Drawer().open().shift, "7", counted)
