"""What the back office books in a real database: once, whole, and conserved."""

import asyncio

import psycopg
import pytest
from psycopg import errors
from psycopg.types.json import Jsonb

from dashboards.backoffice.asked import AskedDocument
from dashboards.backoffice.reading import one, transfers_under_way, under_way
from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked
from dashboards.backoffice.settling import note_booked_elsewhere
from dashboards.backoffice.writer import open_document
from dashboards.board.feed.writing import Work
from tests.integration.board_world import insert
from tests.integration.office_world import (
    Office,
    carry_movements,
    furnish,
    lines,
    moved,
    new_id,
    now,
    on_hand,
    rows,
    state_of,
)

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def office(fresh_postgres: str) -> Office:
    """Somebody who books for two shops."""
    furnish(fresh_postgres, "ulm", "bonn")
    return Office(fresh_postgres)


async def test_a_delivery_against_an_order_comes_in_parts_and_shows_what_lacks(
    office: Office,
) -> None:
    order = await office.open("order", "ulm", lines=lines(milk=10, bread=4), supplier="Dairy")
    ident = order.documents[0].document_id
    assert moved(office.dsn, "ulm") == []
    first = await office.do(ident, "ulm", "receive", lines=lines(milk=6))
    assert state_of(first) == {"ulm": "open"}
    assert first.booking
    assert [(d.sku, d.wanted, d.found) for d in first.booking.differences] == [
        ("bread", 4, 0),
        ("milk", 10, 6),
    ]
    await office.do(ident, "ulm", "receive", lines=lines(milk=5))
    closed = await office.do(ident, "ulm", "close")
    assert state_of(closed) == {"ulm": "closed"}
    assert moved(office.dsn, "ulm") == [("milk", 6, "delivery"), ("milk", 5, "delivery")]
    found = rows(office.dsn, "SELECT DISTINCT reference FROM stock_movements")
    assert found == [{"reference": ident}]


async def test_what_is_sent_twice_is_booked_once(office: Office) -> None:
    ident = new_id()
    one = await office.open("delivery", "ulm", id=ident, lines=lines(milk=3))
    two = await office.open("delivery", "ulm", id=ident, lines=lines(milk=3))
    assert (one.known, two.known) == (False, True)
    assert two.booking == one.booking
    with pytest.raises(BookingRefused) as refused:
        await office.open("delivery", "ulm", id=ident, lines=lines(milk=4))
    assert refused.value.reason is WhyNotBooked.OTHER_CONTENT
    assert on_hand(office.dsn, "ulm") == 3


async def test_a_double_click_books_once_however_close_the_clicks(office: Office) -> None:
    ident = new_id()
    told = await asyncio.gather(
        *(office.open("delivery", "ulm", id=ident, lines=lines(milk=3)) for _ in range(4))
    )
    assert sorted(each.known for each in told) == [False, True, True, True]
    order = await office.open("order", "ulm", lines=lines(milk=10))
    document, booking = order.documents[0].document_id, new_id()
    told = await asyncio.gather(
        *(office.do(document, "ulm", "receive", id=booking, lines=lines(milk=10)) for _ in range(4))
    )
    assert sorted(each.known for each in told) == [False, True, True, True]
    assert on_hand(office.dsn, "ulm") == 13


async def test_two_people_who_take_in_one_transfer_do_not_take_in_more_than_was_sent(
    office: Office,
) -> None:
    document = await a_transfer(office, milk=10)
    await office.do(document, "ulm", "send", lines=lines(milk=10))
    told = await asyncio.gather(
        *(office.do(document, "bonn", "take_in", lines=lines(milk=10)) for _ in range(2)),
        return_exceptions=True,
    )
    refused = [each for each in told if isinstance(each, BookingRefused)]
    assert [each.reason for each in refused] == [WhyNotBooked.NOT_OPEN]
    assert (on_hand(office.dsn, "ulm"), on_hand(office.dsn, "bonn")) == (-10, 10)


async def a_transfer(office: Office, **quantities: int) -> str:
    """From Ulm to Bonn."""
    made = await office.open("transfer", "ulm", to_location_id="bonn", lines=lines(**quantities))
    return made.documents[0].document_id


async def test_what_is_lost_on_the_way_is_in_no_shop_and_written_off(office: Office) -> None:
    document = await a_transfer(office, milk=10)
    sent = await office.do(document, "ulm", "send", lines=lines(milk=8))
    assert state_of(sent) == {"ulm": "booked", "bonn": "open"}
    assert in_transit(office) == {"milk": 8}
    await office.do(document, "bonn", "take_in", lines=lines(milk=5))
    assert in_transit(office) == {"milk": 3}
    await office.do(document, "bonn", "close")
    assert in_transit(office) == {}
    assert moved(office.dsn, "bonn") == [
        ("milk", 5, "transfer_in"),
        ("milk", 3, "transfer_in"),
        ("milk", -3, "shrinkage"),
    ]
    assert on_hand(office.dsn, "bonn") == 5


def in_transit(office: Office) -> dict[str, int]:
    """What has left and not come, by the ledger."""
    carry_movements(office.dsn)
    found = rows(
        office.dsn,
        "SELECT sku, -sum(quantity)::bigint AS under_way FROM stock_ledger "
        "WHERE reason IN ('transfer_out', 'transfer_in') GROUP BY reference, sku "
        "HAVING sum(quantity) <> 0",
    )
    return {each["sku"]: each["under_way"] for each in found}


async def test_the_centre_tells_of_what_is_under_way_and_a_store_does_not(office: Office) -> None:
    document = await a_transfer(office, milk=10)
    await office.do(document, "ulm", "send", lines=lines(milk=10))
    carry_movements(office.dsn)
    found = await office.within(lambda work: transfers_under_way(work.query))
    assert (found.transfers, found.oldest_seconds >= 0) == (1, True)
    (under_way_here,) = await office.within(lambda work: under_way(work.query, "bonn"))
    assert (under_way_here.quantity, under_way_here.to_location_id) == (10, "bonn")
    has_store(office, "ulm", here=True)
    found = await office.within(lambda work: transfers_under_way(work.query))
    assert (found.transfers, found.oldest_seconds) == (0, 0)


async def test_who_takes_in_more_than_was_sent_has_found_the_rest(office: Office) -> None:
    document = await a_transfer(office, milk=4)
    await office.do(document, "ulm", "send", lines=lines(milk=4))
    await office.do(document, "bonn", "take_in", lines=lines(milk=6, bread=1))
    assert moved(office.dsn, "bonn") == [
        ("milk", 4, "transfer_in"),
        ("milk", 2, "adjustment"),
        ("bread", 1, "adjustment"),
    ]
    assert in_transit(office) == {}


async def test_nothing_comes_of_a_transfer_before_it_was_sent(office: Office) -> None:
    document = await a_transfer(office, milk=4)
    with pytest.raises(BookingRefused) as refused:
        await office.do(document, "bonn", "take_in", lines=lines(milk=4))
    assert refused.value.reason is WhyNotBooked.NOTHING_SENT
    closed = await office.do(document, "ulm", "close")
    assert state_of(closed) == {"ulm": "closed", "bonn": "closed"}


async def test_nothing_is_sent_that_nobody_takes_in_any_more(office: Office) -> None:
    document = await a_transfer(office, milk=4)
    with psycopg.connect(office.dsn, autocommit=True) as connection:
        # As one side is that was taken back by a centre of before.
        connection.execute(
            "UPDATE documents SET state = 'closed', version = 2 WHERE kind = 'transfer_in'"
        )
    with pytest.raises(BookingRefused) as refused:
        await office.do(document, "ulm", "send", lines=lines(milk=4))
    assert refused.value.reason is WhyNotBooked.NOT_OPEN


async def test_one_id_is_not_given_to_two_documents(office: Office) -> None:
    first, second, ident = await an_order(office), await an_order(office), new_id()
    await office.do(first, "ulm", "receive", id=ident, lines=lines(milk=1))
    with pytest.raises(BookingRefused) as refused:
        await office.do(second, "ulm", "receive", id=ident, lines=lines(milk=1))
    assert refused.value.reason is WhyNotBooked.OTHER_CONTENT
    assert on_hand(office.dsn, "ulm") == 1


async def an_order(office: Office) -> str:
    """Of two milk."""
    made = await office.open("order", "ulm", lines=lines(milk=2))
    return made.documents[0].document_id


async def test_a_transaction_that_is_cut_off_leaves_neither_document_nor_movement(
    office: Office,
) -> None:
    class Killed(Exception):
        pass

    told = {"document_id": new_id(), "kind": "delivery", "location_id": "ulm"}
    asked = AskedDocument.model_validate({**told, "lines": lines(milk=3)})

    async def cut_off(work: Work) -> None:
        await open_document(work, "ann", asked)
        raise Killed

    with pytest.raises(Killed):
        await office.within(cut_off)
    assert moved(office.dsn, "ulm") == []
    again = await office.within(lambda work: open_document(work, "ann", asked))
    assert not again.known
    assert on_hand(office.dsn, "ulm") == 3


async def test_write_offs_returns_and_corrections_say_why(office: Office) -> None:
    await office.open("adjustment", "ulm", why="damaged", lines=lines(milk=2))
    await office.open("adjustment", "ulm", why="found", lines=lines(bread=1))
    await office.open("adjustment", "ulm", why="correction", lines=lines(pear=-3))
    await office.open("vendor_return", "ulm", lines=lines(milk=5), supplier="Dairy")
    assert moved(office.dsn, "ulm") == [
        ("milk", -2, "shrinkage"),
        ("bread", 1, "adjustment"),
        ("pear", -3, "adjustment"),
        ("milk", -5, "vendor_return"),
    ]


async def test_products_are_found_by_what_a_scanner_reads(office: Office) -> None:
    scanned = [{"code": "4006381333931", "quantity": 2}, {"code": "04006381333931", "quantity": 1}]
    await office.open("delivery", "ulm", lines=[*scanned, {"code": "milk", "quantity": 1}])
    assert moved(office.dsn, "ulm") == [("milk", 4, "delivery")]
    with pytest.raises(BookingRefused, match="4006381333999"):
        await office.open("delivery", "ulm", lines=[{"code": "4006381333999", "quantity": 1}])


async def test_a_gtin_of_two_products_is_refused_and_a_sku_counts_before_one(
    office: Office,
) -> None:
    with psycopg.connect(office.dsn, autocommit=True) as connection:
        connection.execute("UPDATE products SET gtin = '4006381333931' WHERE sku = 'bread'")
        connection.execute(
            "INSERT INTO products (sku, name, category, price_minor) "
            "VALUES ('4006381333955', 'Trap', '', 1)"
        )
    with pytest.raises(BookingRefused, match="Several products"):
        await office.open("delivery", "ulm", lines=[{"code": "4006381333931", "quantity": 1}])
    await office.open("delivery", "ulm", lines=[{"code": "4006381333955", "quantity": 1}])
    assert moved(office.dsn, "ulm") == [("4006381333955", 1, "delivery")]


async def test_a_location_with_a_store_is_ordered_from_and_not_booked(office: Office) -> None:
    has_store(office, "ulm", here=False)
    told = await office.open("delivery", "ulm", lines=lines(milk=3))
    assert (told.booking, state_of(told)) == (None, {"ulm": "open"})
    document = told.documents[0].document_id
    with pytest.raises(BookingRefused) as refused:
        await office.do(document, "ulm", "book")
    assert refused.value.reason is WhyNotBooked.NOT_HERE
    taken_back = await office.do(document, "ulm", "close")
    assert state_of(taken_back) == {"ulm": "closed"}
    with (
        pytest.raises(errors.RestrictViolation, match="not booked in this database"),
        psycopg.connect(office.dsn) as connection,
    ):
        connection.execute(
            "INSERT INTO stock_movements (location_id, sku, quantity, reason) "
            "VALUES ('ulm', 'milk', 1, 'delivery')"
        )


def has_store(office: Office, location: str, here: bool) -> None:
    """A store of the location, be it this one."""
    with psycopg.connect(office.dsn, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO stores (location_id, here) VALUES (%s, %s)", (location, here)
        )


async def test_a_store_books_for_itself_and_for_nobody_else(office: Office) -> None:
    has_store(office, "ulm", here=True)
    await office.open("delivery", "ulm", lines=lines(milk=3))
    told = await office.open("delivery", "bonn", lines=lines(milk=3))
    assert told.booking is None
    document = await a_transfer(office, milk=2)
    sent = await office.do(document, "ulm", "send", lines=lines(milk=2))
    assert state_of(sent) == {"ulm": "booked", "bonn": "open"}
    with pytest.raises(BookingRefused) as refused:
        await office.do(document, "bonn", "take_in", lines=lines(milk=2))
    assert refused.value.reason is WhyNotBooked.NOT_HERE
    assert on_hand(office.dsn, "ulm") == 1


async def test_what_comes_down_is_taken_once_and_a_correction_is_booked_as_it_comes(
    office: Office,
) -> None:
    has_store(office, "ulm", here=True)
    row = {
        "document_id": "down-1",
        "location_id": "ulm",
        "kind": "adjustment",
        "why": "stolen",
        # As change data capture tells a column of JSON.
        "lines": '[{"sku": "milk", "quantity": -2}]',
        "state": "open",
        "ordered_by": "centre",
        "ordered_at": "2026-11-21T10:00:00Z",
        "a_column_of_a_newer_centre": 1,
    }
    taken = [take(office, row) for _ in range(3)]
    assert taken == [True, False, False]
    assert moved(office.dsn, "ulm") == [("milk", -2, "shrinkage")]
    waiting = {**row, "document_id": "down-2", "kind": "order", "why": None}
    take(office, {**waiting, "lines": '[{"sku": "milk", "quantity": 7}]'})
    received = await office.do("down-2", "ulm", "receive", lines=lines(milk=7))
    assert state_of(received) == {"ulm": "booked"}
    take(office, {**waiting, "lines": "[]", "state": "closed"})
    assert on_hand(office.dsn, "ulm") == 5


async def test_what_the_centre_takes_back_is_closed_unless_somebody_has_begun_it(
    office: Office,
) -> None:
    has_store(office, "ulm", here=True)
    order = {"location_id": "ulm", "kind": "order", "state": "open", "ordered_by": "centre"}
    order |= {"lines": [{"sku": "milk", "quantity": 7}], "ordered_at": "2026-11-21T10:00:00Z"}
    for ident in ("untouched", "begun"):
        take(office, {**order, "document_id": ident})
    await office.do("begun", "ulm", "receive", lines=lines(milk=3))
    with psycopg.connect(office.dsn, autocommit=True) as connection:
        for ident in ("untouched", "begun", "unheard"):
            connection.execute("SELECT take_back_document(%s, 'ulm')", (ident,))
    found = rows(office.dsn, "SELECT document_id, state FROM documents ORDER BY 1")
    assert [(each["document_id"], each["state"]) for each in found] == [
        ("begun", "open"),
        ("untouched", "closed"),
    ]


async def test_a_store_that_was_replaced_books_nothing_anew_that_the_centre_knows_as_booked(
    office: Office,
) -> None:
    has_store(office, "ulm", here=True)
    row = {"document_id": "d", "location_id": "ulm", "kind": "adjustment", "why": "stolen"}
    row |= {"lines": [{"sku": "milk", "quantity": -2}], "state": "booked", "ordered_by": "centre"}
    take(office, {**row, "ordered_at": "2026-11-21T10:00:00Z"})
    assert moved(office.dsn, "ulm") == []
    assert rows(office.dsn, "SELECT state FROM documents") == [{"state": "closed"}]


async def test_the_centre_knows_by_the_ledger_what_a_store_has_booked(office: Office) -> None:
    has_store(office, "ulm", here=False)
    made = await office.open("order", "ulm", lines=lines(milk=5))
    ident = made.documents[0].document_id

    async def told() -> str:
        await office.within(note_booked_elsewhere)
        (document,) = await office.within(lambda work: one(work.query, ident))
        return document.progress

    assert await told() == "ordered, not booked"
    for quantity, progress in ((3, "booked in part in the store"), (2, "booked")):
        insert(
            office.dsn,
            "stock_ledger",
            {"location_id": "ulm", "sku": "milk", "quantity": quantity, "reason": "delivery"}
            | {"reference": ident, "movement_id": new_id(), "occurred_at": now()}
            | {"source_topic": "m", "source_partition": 0, "source_offset": quantity},
        )
        assert await told() == progress


def take(office: Office, row: dict[str, object]) -> bool:
    """As who applies the feed does."""
    with psycopg.connect(office.dsn, autocommit=True) as connection:
        found = connection.execute("SELECT take_document(%s)", (Jsonb(row),)).fetchone()
    return found == (True,)


async def test_what_was_booked_is_neither_changed_nor_forgotten(office: Office) -> None:
    made = await office.open("delivery", "ulm", lines=lines(milk=3))
    ident = made.documents[0].document_id
    for refused in (
        "UPDATE document_bookings SET lines = '[]'",
        "DELETE FROM documents",
        "UPDATE documents SET lines = '[]', version = version + 1",
        "UPDATE documents SET state = 'open', version = version + 1",
        "UPDATE documents SET settled_at = now()",
    ):
        with psycopg.connect(office.dsn) as connection, pytest.raises(errors.RestrictViolation):
            connection.execute(refused)  # type: ignore[arg-type]
    with pytest.raises(BookingRefused) as again:
        await office.do(ident, "ulm", "book")
    assert again.value.reason is WhyNotBooked.NOT_OPEN
