"""Baskets become the same numbered events every time, and their sums are the file's."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from edge.replay import baskets as grouping
from edge.replay.baskets import ROWS_APART_MAX, Basket, baskets
from edge.replay.receipts import Numbering, ReplayTills
from edge.replay.rows import RefusedRow, Row
from topics.events import till_event_adapter
from topics.wire import WireCartCompleted, WireCartOpened, WireLineAdded, WireTender

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def row(
    line_number: int,
    basket: str,
    quantity: int = 1,
    amount: int = 100,
    discount: int = 0,
    coupon: int = 0,
    store: str = "7",
) -> Row:
    at = NOON + timedelta(seconds=line_number)
    return Row(
        line_number,
        at,
        at.date(),
        store,
        basket,
        "member-1",
        f"sku-{line_number}",
        quantity,
        amount,
        discount,
        coupon,
    )


def grouped(rows: Iterable[Row | RefusedRow]) -> tuple[list[list[int]], list[RefusedRow]]:
    refused: list[RefusedRow] = []
    found = [[line.line_number for line in basket] for basket in baskets(rows, refused.append)]
    return found, refused


def sale(*basket: Row, numbering: Numbering | None = None) -> WireCartCompleted:
    *_, last = ReplayTills(numbering or Numbering(1, "USD")).events(list(basket))
    assert isinstance(last, WireCartCompleted)
    till_event_adapter.validate_json(msgspec.json.encode(last))
    return last


def test_baskets_whose_lines_are_mixed_come_out_whole_in_the_order_of_their_last_lines() -> None:
    rows = [row(1, "a"), row(2, "b"), row(3, "a"), row(4, "c"), row(5, "b")]

    assert grouped(rows) == ([[1, 3], [4], [2, 5]], [])


def test_the_same_basket_id_in_two_stores_is_two_baskets() -> None:
    assert grouped([row(1, "a", store="7"), row(2, "a", store="8")]) == ([[1], [2]], [])


def test_a_refused_row_is_handed_on_and_its_basket_keeps_its_other_lines() -> None:
    refusal = RefusedRow(2, "unreadable")

    assert grouped([row(1, "a"), refusal, row(3, "a")]) == ([[1, 3]], [refusal])


def test_a_line_that_comes_after_its_basket_was_sent_is_refused_not_sold_again() -> None:
    between = (row(number, f"other-{number}") for number in range(2, ROWS_APART_MAX + 1002))
    late = row(99_999, "a")

    found, refused = grouped([row(1, "a"), *between, late])

    assert [refusal.line_number for refusal in refused] == [99_999]
    assert "sort the file by basket" in refused[0].reason
    assert [1] in found


def test_a_basket_beyond_what_a_receipt_may_say_is_refused_and_others_are_not() -> None:
    large = [row(number, "a", amount=6 * 10**11) for number in (1, 2)]

    found, refused = grouped([*large, row(3, "b", amount=10**12)])

    assert found == [[3]]
    assert [(each.line_number, "10^12" in each.reason) for each in refused] == [
        (1, True),
        (2, True),
    ]


def test_lines_within_the_distance_join_their_basket() -> None:
    between = (row(number, f"other-{number}") for number in range(2, ROWS_APART_MAX))

    found, refused = grouped([row(1, "a"), *between, row(99_999, "a")])

    assert not refused
    assert found[-1] == [1, 99_999]


def test_no_more_than_the_distance_is_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "ROWS_APART_MAX", 100)
    read = 0

    def rows() -> Iterable[Row]:
        nonlocal read
        for number in range(1, 20_000):
            read = number
            yield row(number, f"basket-{number}")

    ahead = [read - basket[0].line_number for basket in baskets(rows(), lambda _: None)]
    assert max(ahead) < 1000, "the whole file was read before the first basket was sent"


def test_the_total_is_what_the_shop_got_and_the_identity_holds() -> None:
    receipt = sale(row(1, "a", 2, amount=499, discount=110, coupon=100), row(2, "a", amount=200))

    assert receipt.total_minor == 699
    assert [line.amount_minor for line in receipt.lines] == [609, 200]
    assert sum(discount.amount_minor for discount in receipt.discounts) == -110
    assert receipt.tenders == (WireTender("voucher", 100), WireTender("other", 599))
    assert sum(line.amount_minor for line in receipt.lines) - 110 == receipt.total_minor


def test_a_quantity_of_nothing_is_a_line_that_moves_nothing() -> None:
    receipt = sale(row(1, "a", quantity=0, amount=0, coupon=100))

    assert receipt.lines[0].quantity == 0
    assert receipt.total_minor == 0
    assert receipt.tenders == (WireTender("voucher", 100), WireTender("other", -100))


def test_a_very_large_quantity_keeps_its_amount() -> None:
    receipt = sale(row(1, "a", quantity=20_090, amount=4986))

    assert (receipt.lines[0].quantity, receipt.lines[0].amount_minor) == (20_090, 4986)


def test_the_same_article_twice_in_a_basket_is_two_lines() -> None:
    first = row(1, "a")
    receipt = sale(first, msgspec.structs.replace(first, line_number=2))

    assert [line.line_no for line in receipt.lines] == [1, 2]


def test_full_carts_say_what_the_sale_then_carries() -> None:
    numbering = Numbering(1, "USD", full_carts=True)
    opened, *added, completed = ReplayTills(numbering).events([row(1, "a"), row(2, "a")])

    assert isinstance(opened, WireCartOpened)
    assert isinstance(completed, WireCartCompleted)
    assert [event.line for event in added if isinstance(event, WireLineAdded)] == list(
        completed.lines
    )
    assert [event.sequence for event in (opened, *added, completed)] == [1, 2, 3, 4]


def test_a_second_replay_says_the_same_byte_for_byte_and_another_epoch_does_not() -> None:
    carts: list[Basket] = [[row(number, f"b{number}")] for number in range(50)]

    def replayed(epoch: int) -> list[bytes]:
        tills = ReplayTills(Numbering(epoch, "USD", tills_per_store=3))
        return [msgspec.json.encode(event) for cart in carts for event in tills.events(cart)]

    assert replayed(1) == replayed(1)
    assert not set(replayed(1)) & set(replayed(2))


def test_each_of_a_store_s_tills_counts_without_gaps() -> None:
    tills = ReplayTills(Numbering(1, "USD", tills_per_store=3))
    said = [event for n in range(300) for event in tills.events([row(n, f"basket-{n}")])]

    assert {event.till_id for event in said} == {"7-1", "7-2", "7-3"}
    for till_id in ("7-1", "7-2", "7-3"):
        numbers = [event.sequence for event in said if event.till_id == till_id]
        assert numbers == list(range(1, len(numbers) + 1))
