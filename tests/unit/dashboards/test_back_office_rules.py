"""The rules of the back office: what is conserved, whatever is done, and in whatever order."""

from collections.abc import Sequence
from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.backoffice import counting, lines
from dashboards.backoffice.deciding import BookingScene, decide
from dashboards.backoffice.documents import (
    Act,
    Booking,
    Document,
    GoodsLine,
    HeardTill,
    Movement,
    TillMark,
    lines_of,
    quantities,
)
from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked

NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)

SKUS = ("milk", "bread")

some = st.dictionaries(st.sampled_from(SKUS), st.integers(1, 50), min_size=1)


def document(kind: str, wanted: dict[str, int], **more: object) -> Document:
    """One that is open."""
    told = {"document_id": "d", "location_id": "ulm", "ordered_by": "ann", "ordered_at": NOW}
    return Document(kind=kind, lines=lines_of(wanted), **told, **more)  # type: ignore[arg-type]


def booking(act: Act, done: dict[str, int]) -> Booking:
    """One that is kept."""
    told = {"booking_id": "b", "digest": "", "booked_by": "ann", "booked_at": NOW}
    return Booking(act=act, lines=lines_of(done), **told)  # type: ignore[arg-type]


def summed(movements: Sequence[Movement], *reasons: str) -> dict[str, int]:
    """What they add up to, by SKU; without those that add up to nothing."""
    found = quantities(
        GoodsLine(each.sku, each.quantity)
        for each in movements
        if not reasons or each.reason in reasons
    )
    return {sku: quantity for sku, quantity in found.items() if quantity}


def minus(some: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    """The difference, without what is nothing."""
    found = {sku: some.get(sku, 0) - other.get(sku, 0) for sku in (*some, *other)}
    return {sku: quantity for sku, quantity in found.items() if quantity}


@given(sent=some, parts=st.lists(some, max_size=4), closes=st.booleans())
def test_a_transfer_makes_nothing_and_loses_nothing(
    sent: dict[str, int], parts: list[dict[str, int]], closes: bool
) -> None:
    """What is on hand everywhere, and in transit, changes by what is written off or found alone."""
    out = decide(
        document("transfer_out", sent, other_location_id="bonn"), "send", sent, BookingScene()
    )
    inward = document("transfer_in", sent, other_location_id="koeln")
    moved, bookings = [*out.movements], list[Booking]()
    state = "open"
    for part in parts:
        if state != "open":
            break
        outcome = decide(inward, "take_in", part, BookingScene(bookings, sent=sent))
        bookings.append(booking("take_in", part))
        moved += outcome.movements
        state = outcome.state
    if closes and state == "open":
        outcome = decide(inward, "close", {}, BookingScene(bookings, sent=sent))
        moved += outcome.movements
        state = outcome.state
    under_way = {
        sku: -quantity for sku, quantity in summed(moved, "transfer_out", "transfer_in").items()
    }
    on_hand, made_or_lost = summed(moved), summed(moved, "adjustment", "shrinkage")
    assert minus({**on_hand}, made_or_lost) == minus({}, under_way)
    assert all(quantity > 0 for quantity in under_way.values()), "more came than was sent"
    if state != "open":
        assert under_way == {}, "nobody waits for it, and it is in no shop"


@given(sent=some, part=some, first=some)
def test_one_booking_moves_a_product_once_under_one_id(
    sent: dict[str, int], part: dict[str, int], first: dict[str, int]
) -> None:
    inward = document("transfer_in", sent, other_location_id="koeln")
    scene = BookingScene([booking("take_in", first)], sent=sent)
    for act, taken in (("take_in", part), ("close", {})):
        outcome = decide(inward, act, taken, scene)  # type: ignore[arg-type]
        ids = [(each.part, each.sku) for each in outcome.movements]
        assert len(ids) == len(set(ids)), "two movements of one booking have one id"


@given(wanted=some, parts=st.lists(some, max_size=5))
def test_an_order_is_done_when_all_has_come_and_not_before(
    wanted: dict[str, int], parts: list[dict[str, int]]
) -> None:
    order, bookings = document("order", wanted), list[Booking]()
    come: dict[str, int] = {}
    for part in parts:
        outcome = decide(order, "receive", part, BookingScene(bookings))
        bookings.append(booking("receive", part))
        come = {sku: come.get(sku, 0) + part.get(sku, 0) for sku in SKUS}
        assert summed(outcome.movements) == part
        is_all = all(come.get(sku, 0) >= quantity for sku, quantity in wanted.items())
        assert outcome.state == ("booked" if is_all else "open")
        if is_all:
            break


class Shelf:
    """What is really on a shelf, and what a ledger hears of it, late."""

    def __init__(self, opening: int) -> None:
        self.really = opening
        self.told: list[tuple[int, int]] = [(0, opening)]
        self.waiting: list[tuple[int, int]] = []

    def sell(self, sequence: int, quantity: int) -> None:
        """A dark till sells."""
        self.really -= quantity
        self.waiting.append((sequence, -quantity))

    def expected(self, mark: int) -> int:
        """What a count was to find, as far as is known."""
        return sum(quantity for sequence, quantity in self.told if sequence <= mark)

    @property
    def level(self) -> int:
        """What the ledger says."""
        return sum(quantity for _, quantity in self.told)


@given(
    opening=st.integers(-5, 50),
    before=st.lists(st.integers(1, 3), max_size=6),
    stolen=st.integers(0, 4),
    after=st.lists(st.integers(1, 3), max_size=6),
    told_before=st.integers(0, 6),
    order=st.randoms(use_true_random=False),
)
def test_late_sales_are_subtracted_once_in_any_order(
    opening: int,
    before: list[int],
    stolen: int,
    after: list[int],
    told_before: int,
    order: Random,
) -> None:
    shelf = Shelf(opening)
    for sequence, quantity in enumerate(before, 1):
        shelf.sell(sequence, quantity)
    shelf.told += shelf.waiting[:told_before]
    del shelf.waiting[:told_before]
    shelf.really -= stolen
    mark, counted = len(before), {"milk": shelf.really}
    outcome = counting.committed(counted, {"milk": shelf.expected(mark)})
    corrected = summed(outcome.movements)
    for sequence, quantity in enumerate(after, mark + 1):
        shelf.sell(sequence, quantity)
    order.shuffle(shelf.waiting)
    for effect in shelf.waiting:
        shelf.told.append(effect)
        moved = counting.settled(counted, {"milk": shelf.expected(mark)}, corrected)
        corrected = minus(corrected, {each.sku: -each.quantity for each in moved})
        assert not counting.settled(counted, {"milk": shelf.expected(mark)}, corrected)
    assert shelf.level + corrected.get("milk", 0) == shelf.really


def heard(last: int, *missing: list[int], epoch: int = 1, seen: datetime = NOW) -> HeardTill:
    """How far a till was told."""
    return HeardTill("1", epoch, last, list(missing), seen)


LATER = datetime(2026, 11, 21, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mark", "told", "waits"),
    [
        (TillMark(1, 5), [heard(5)], False),
        (TillMark(1, 5), [heard(4)], True),
        (TillMark(1, 5), [heard(9, [6, 7])], False),
        (TillMark(1, 5), [heard(9, [5, 7])], True),
        (TillMark(1, 5), [], True),
        (TillMark(1, 0), [], False),
        (TillMark(2, 5), [heard(9, [3, 3]), heard(5, epoch=2)], True),
        (TillMark(2, 5), [heard(9), heard(5, epoch=2)], False),
        (TillMark(1, 5, exact=False), [heard(5)], True),
        (TillMark(1, 5, exact=False), [heard(6, seen=LATER)], False),
        (TillMark(1, 5, exact=False), [heard(8, [6, 6], seen=LATER)], True),
    ],
)
def test_a_count_waits_for_what_was_sold_before_it(
    mark: TillMark, told: list[HeardTill], waits: bool
) -> None:
    count = document("count", {}, counted_at=NOW, marks={"1": mark})
    assert counting.waits_for(count, told) == (["1"] if waits else [])


def test_a_count_takes_two_that_agree_where_two_are_wanted() -> None:
    count = document("count", {"milk": 0}, rounds=2, counted_at=NOW, marks={})
    rounds = list[Booking]()
    for found, reason in (
        (7, WhyNotBooked.NOT_COUNTED),
        (8, WhyNotBooked.COUNTS_DIFFER),
        (7, WhyNotBooked.COUNTS_DIFFER),
    ):
        rounds.append(booking("count", {"milk": found}))
        with pytest.raises(BookingRefused) as refused:
            counting.agreed(count, rounds)
        assert refused.value.reason is reason
    rounds.append(booking("count", {"milk": 7}))
    assert counting.agreed(count, rounds) == {"milk": 7}


@pytest.mark.parametrize(
    ("kind", "act"),
    [("order", "send"), ("count", "receive"), ("delivery", "take_in"), ("transfer_out", "commit")],
)
def test_a_document_takes_what_belongs_to_it_alone(kind: str, act: Act) -> None:
    more = {"other_location_id": "bonn"} if kind.startswith("transfer") else {}
    with pytest.raises(BookingRefused) as refused:
        decide(document(kind, {"milk": 1}, **more), act, {"milk": 1}, BookingScene())
    assert refused.value.reason is WhyNotBooked.NOT_THIS_ACT
    closed = document("order", {"milk": 1}, state="closed")
    with pytest.raises(BookingRefused) as refused:
        decide(closed, "receive", {"milk": 1}, BookingScene())
    assert refused.value.reason is WhyNotBooked.NOT_OPEN


@given(st.lists(st.tuples(st.sampled_from(["milk", "00123456"]), st.integers(0, 10**12 - 1))))
def test_what_is_typed_is_read_as_it_stands(found: list[tuple[str, int]]) -> None:
    for apart in (" ", "\t", ",", "; "):
        text = "\r\n".join(f"{code}{apart}{quantity}" for code, quantity in found)
        read = [(each.code, each.quantity) for each in lines.typed(text)]
        assert read == found


def test_a_file_may_come_from_a_spreadsheet() -> None:
    text = '\N{BYTE ORDER MARK}Name;GTIN;Quantity\r\nMilk;\'0123456;3\r\n;;\r\n"A;b";77;-2\r\n'
    read = [(each.code, each.quantity) for each in lines.of_file(text)]
    assert read == [("0123456", 3), ("77", -2)]
    assert lines.id_of_file("a", text) == lines.id_of_file("a", text)
    assert lines.id_of_file("a", text) != lines.id_of_file("b", text)


@pytest.mark.parametrize(
    "text",
    ["", "code\r\nmilk", "code,quantity\r\nmilk,1.5", "code,quantity\r\n,1", 'code,quantity\r\n"x'],
)
def test_a_file_that_says_nothing_is_refused_with_its_lines(text: str) -> None:
    with pytest.raises(BookingRefused, match="Not understood"):
        lines.of_file(text)
