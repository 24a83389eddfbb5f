"""What people do about an alert: kept, told to others, never overwritten, and proposed with reason.

Each test has a database and a board of its own, and shares the broker by locations of its own.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors
from psycopg.rows import dict_row

from dashboards.board.people.policy import AccessPolicy
from tests.boards import open_board
from tests.integration.access_world import Visitor, add_user, audit, visitor
from tests.integration.board_world import (
    alert,
    catalogue,
    execute,
    insert,
    level,
    listening,
    make_topics,
    pieces,
    read,
    register,
    say,
    store,
    until,
    watching,
)
from tests.integration.office_world import Office, on_hand, state_of

SKU = "milk"
RAISED = datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def dsn(kafka: str, fresh_postgres: str, shop: str) -> str:
    """A database in which the shop is short of milk, and others have some."""
    make_topics(kafka)
    catalogue(fresh_postgres, SKU, "Whole milk 1 l")
    register(fresh_postgres, shop, "Ulm", region="South")
    policy(fresh_postgres, shop, 5, 20)
    store(fresh_postgres, [level(shop, SKU, 3, 1), raised(shop, 1)])
    return fresh_postgres


def raised(shop: str, version: int, at: datetime = RAISED, **changed: Any) -> Any:
    """The alert of the shop."""
    return alert(shop, SKU, version, raised_at=at.isoformat(), **changed)


def policy(dsn: str, location: str, point: int, up_to: int) -> None:
    """What a location should have."""
    row = {"location_id": location, "sku": SKU, "reorder_point": point, "order_up_to": up_to}
    insert(dsn, "assortment", row)


def neighbour(dsn: str, shop: str, name: str, on_hand: int, region: str, up_to: int = 10) -> str:
    """Another location that sells milk."""
    location = f"{shop}-{name.lower()}"
    register(dsn, location, name, region=region)
    policy(dsn, location, 5, up_to)
    store(dsn, [level(location, SKU, on_hand, 1)])
    return location


@pytest.fixture
async def address(kafka: str, dsn: str) -> AsyncIterator[str]:
    """A board on that database."""
    async with open_board(kafka, dsn) as board:
        await listening(board)
        yield board.address


@pytest.fixture
async def one(address: str) -> AsyncIterator[Visitor]:
    """Somebody at the board."""
    async with visitor(address) as person:
        yield person


@pytest.fixture
async def other(address: str) -> AsyncIterator[Visitor]:
    """Somebody else."""
    async with visitor(address) as person:
        yield person


def path(shop: str) -> str:
    """The page of the shop's alert."""
    return f"/alerts/{shop}/{SKU}"


async def do(who: Visitor, shop: str, action: str, version: int, /, **form: str) -> Any:
    """Send the form as a page that shows this version has it."""
    if not who.csrf:
        await who.get(path(shop))
    seen = {"version": str(version), "raising": RAISED.isoformat()}
    return await who.send(path(shop), {"do": action, **seen, **form})


def rows(dsn: str, query: LiteralString) -> list[dict[str, Any]]:
    """What the database has."""
    with psycopg.connect(dsn) as connection, connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query).fetchall()


def handling(dsn: str) -> list[dict[str, Any]]:
    """All rows of the handling."""
    return rows(dsn, "SELECT * FROM alert_handling ORDER BY raised_at")


def proposals(dsn: str) -> list[dict[str, Any]]:
    """All proposals."""
    return rows(dsn, "SELECT * FROM restock_proposals ORDER BY proposed_at")


def did(dsn: str) -> list[str]:
    """What the log has of alerts."""
    return [entry[1] for entry in audit(dsn) if entry[1].startswith("alerts.")]


async def test_an_alert_is_acknowledged_owned_and_noted_and_all_of_it_is_remembered(
    one: Visitor, dsn: str, shop: str
) -> None:
    assert (await do(one, shop, "acknowledge", 0)).status == 200
    assert (await do(one, shop, "assign", 1, owner=" Ben ")).status == 200
    answer = await do(one, shop, "note", 2, note="Ask the <b>dairy</b>\r\nfirst")
    assert "Noted." in answer.text
    (row,) = handling(dsn)
    assert (row["acknowledged_by"], row["owner"], row["version"]) == ("local", "Ben", 3)
    assert row["note"] == "Ask the <b>dairy</b>\nfirst"
    assert row["raised_at"] == RAISED
    page = (await one.get(path(shop))).text
    assert "Ask the &lt;b&gt;dairy&lt;/b&gt;" in page
    assert "<b>dairy" not in page, "a note is not text in the page"
    assert did(dsn) == ["alerts.acknowledge", "alerts.assign", "alerts.note"]


async def test_the_later_of_two_people_is_told_and_nothing_is_overwritten(
    one: Visitor, other: Visitor, dsn: str, shop: str
) -> None:
    assert (await do(one, shop, "assign", 0, owner="Anna")).status == 200
    late = await do(other, shop, "assign", 0, owner="Ben")
    assert late.status == 409
    assert "looked after by Anna" in late.text, "the later is not told what happened"
    (row,) = handling(dsn)
    assert (row["owner"], row["version"]) == ("Anna", 1)
    assert did(dsn) == ["alerts.assign"], "what was refused is in the log as if it were done"
    again = await do(other, shop, "assign", 1, owner="Ben")
    assert again.status == 200, "who has looked again may act"


async def test_another_viewer_sees_it_at_once(
    one: Visitor, address: str, dsn: str, shop: str
) -> None:
    async with watching(address, "/alerts") as viewer:
        await do(one, shop, "assign", 0, owner="Anna")
        row = await viewer.row(f"alert/{shop}/{SKU}", owner="Anna")
        assert row.cells["stage"].startswith("Acknowledged by local")
        await do(one, shop, "order", 1)
        await viewer.row(f"alert/{shop}/{SKU}", proposal="Order of 17")
        # Another board, or a program, writes too.
        execute(dsn, "UPDATE alert_handling SET owner = 'Cleo', version = version + 1")
        await viewer.row(f"alert/{shop}/{SKU}", owner="Cleo")


async def test_raised_anew_it_is_handled_anew(
    kafka: str, one: Visitor, address: str, dsn: str, shop: str
) -> None:
    await do(one, shop, "assign", 0, owner="Anna")
    later = RAISED + timedelta(hours=1)
    await say(kafka, [raised(shop, 2, state="cleared", cleared_at=later.isoformat())])

    async def cleared() -> bool:
        return "Cleared" in await read(address, path(shop))

    await until(cleared, "the board heard that the alert has cleared")
    refused = await do(one, shop, "note", 1, note="too late")
    assert (refused.status, "has cleared" in refused.text) == (409, True)
    await say(kafka, [raised(shop, 3, later)])

    async def anew() -> bool:
        return "New" in pieces(await read(address, "/alerts"))[f"alert/{shop}/{SKU}"].cells["stage"]

    async def is_there() -> bool:
        return f"alert/{shop}/{SKU}" in pieces(await read(address, "/alerts"))

    await until(is_there, "the alert was raised anew")
    assert await anew(), "who looked after the last raising has this one as well"
    refused = await do(one, shop, "note", 1, note="too late")
    assert (refused.status, "raised anew" in refused.text) == (409, True)
    await do(one, shop, "assign", 0, owner="Ben", raising=later.isoformat())
    assert [(row["raised_at"], row["owner"]) for row in handling(dsn)] == [
        (RAISED, "Anna"),
        (later, "Ben"),
    ]


async def test_a_transfer_comes_from_the_nearest_with_a_surplus_and_says_why(
    kafka: str, dsn: str, shop: str
) -> None:
    neighbour(dsn, shop, "Far", 900, "North")
    near = neighbour(dsn, shop, "Near", 40, "South")
    neighbour(dsn, shop, "Nearer", 14, "South")
    neighbour(dsn, shop, "Short", 9, "South")
    async with open_board(kafka, dsn) as board, visitor(board.address) as one:
        await listening(board)
        assert "Transfer proposed" in (await do(one, shop, "transfer", 0)).text
        (made,) = proposals(dsn)
        assert (made["kind"], made["from_location_id"], made["quantity"]) == ("transfer", near, 17)
        assert "same region (South)" in made["reason"]
        assert "40 available, 10 kept by its own policy" in made["reason"]
        page = (await one.get(path(shop))).text
        assert "Transfer of 17 from Near" in page and made["reason"] in page
        assert (await do(one, shop, "order", 1)).status == 409, "two proposals are open"
        identity = made["proposal_id"]
        assert (await do(one, shop, "accept", 1, proposal=identity)).status == 200
        assert (await do(one, shop, "withdraw", 2, proposal=identity)).status == 409
        told = await do(one, shop, "order", 2)
        assert (told.status, "as much as the policy asks for" in told.text) == (422, True)
        (made,) = proposals(dsn)
        assert (made["state"], made["decided_by"], made["version"]) == ("accepted", "local", 2)
        sides = rows(dsn, "SELECT * FROM documents ORDER BY kind DESC")
        told = [(each["kind"], each["location_id"], each["state"]) for each in sides]
        assert told == [("transfer_out", near, "open"), ("transfer_in", shop, "open")]
        assert {each["document_id"] for each in sides} == {identity}
        assert [each["lines"] for each in sides] == [[{"sku": SKU, "quantity": 17}]] * 2
        await carries_out(dsn, identity, near, shop)


async def carries_out(dsn: str, proposal_id: str, near: str, shop: str) -> None:
    """Whoever does it books the document, and some of it is lost on the way."""
    office = Office(dsn)
    await office.do(proposal_id, near, "send", lines=[{"code": SKU, "quantity": 17}])
    await office.do(proposal_id, shop, "take_in", lines=[{"code": SKU, "quantity": 16}])
    closed = await office.do(proposal_id, shop, "close")
    assert state_of(closed) == {near: "booked", shop: "closed"}
    assert (on_hand(dsn, near, SKU), on_hand(dsn, shop, SKU)) == (-17, 16)


async def test_a_surplus_is_promised_once(kafka: str, dsn: str, shop: str) -> None:
    near = neighbour(dsn, shop, "Near", 30, "South")
    second = neighbour(dsn, shop, "Second", 0, "South", up_to=20)
    store(dsn, [raised(second, 1)])
    async with open_board(kafka, dsn) as board, visitor(board.address) as one:
        await listening(board)
        await do(one, shop, "transfer", 0)
        await one.get(path(second))
        await do(one, second, "transfer", 0)
        made = {row["location_id"]: row for row in proposals(dsn)}
        assert made[shop]["quantity"] == 17
        assert (made[second]["from_location_id"], made[second]["quantity"]) == (near, 3)
        assert "17 promised already" in made[second]["reason"]


async def test_without_a_surplus_one_is_told_to_order(one: Visitor, dsn: str, shop: str) -> None:
    told = await do(one, shop, "transfer", 0)
    assert (told.status, "order it" in told.text) == (422, True)
    assert (handling(dsn), proposals(dsn)) == ([], []), "a refusal has left something behind"
    await do(one, shop, "order", 0)
    (made,) = proposals(dsn)
    assert (made["kind"], made["quantity"], made["from_location_id"]) == ("order", 17, None)
    assert made["reason"] == "Up to 20; 3 on hand"
    identity = made["proposal_id"]
    await do(one, shop, "withdraw", 1, proposal=identity)
    await do(one, shop, "order", 2)
    assert [row["state"] for row in proposals(dsn)] == ["withdrawn", "proposed"]


async def test_only_merchandisers_act(kafka: str, dsn: str, shop: str) -> None:
    add_user(dsn, "vera", "viewer")
    add_user(dsn, "maria", "merchandiser")
    async with (
        open_board(kafka, dsn, policy=AccessPolicy()) as board,
        visitor(board.address) as vera,
        visitor(board.address) as maria,
    ):
        await listening(board)
        await vera.sign_in("vera")
        assert 'data-may="look"' in (await vera.get("/alerts")).text
        assert "you may look" in (await vera.get(path(shop))).text
        assert (await do(vera, shop, "acknowledge", 0)).status == 403
        await maria.sign_in("maria")
        assert 'data-may="act"' in (await maria.get("/alerts")).text
        assert (await do(maria, shop, "assign", 0, owner="maria")).status == 200
        assert handling(dsn)[0]["acknowledged_by"] == "maria"
        assert shop in (await maria.get("/alerts?show=mine")).text
        assert shop not in (await vera.get("/alerts?show=mine")).text
        assert shop not in (await vera.get("/alerts?show=new")).text


async def test_a_form_that_cannot_be_is_refused_in_words(one: Visitor, dsn: str, shop: str) -> None:
    for status, action, form in (
        (400, "acknowledge", {"version": "x"}),
        (400, "acknowledge", {"raising": "yesterday"}),
        (409, "acknowledge", {"raising": "2026-11-21T10:00:00"}),
        (400, "note", {"note": "  "}),
        (400, "note", {"note": "x" * 2001}),
        (400, "assign", {"owner": "x" * 129}),
        (409, "accept", {"proposal": "'; DROP TABLE sales"}),
        (400, "explode", {}),
    ):
        answer = await do(one, shop, action, 0, **form)
        assert answer.status == status, f"{action} {form}: {answer.text}"
        assert handling(dsn) == []


def test_the_database_itself_keeps_what_was_done(dsn: str, shop: str) -> None:
    key = {"location_id": shop, "sku": SKU, "raised_at": RAISED}
    seen = {"acknowledged_by": "anna", "acknowledged_at": RAISED, "changed_by": "anna"}
    insert(dsn, "alert_handling", {**key, **seen})
    order = {**key, "kind": "order", "quantity": 3, "reason": "r", "proposed_by": "anna"}
    insert(dsn, "restock_proposals", order)
    with pytest.raises(errors.UniqueViolation):
        insert(dsn, "restock_proposals", order)
    for fault, statement in _FORBIDDEN:
        with pytest.raises(fault):
            execute(dsn, statement)
    transfer = {**order, "kind": "transfer", "from_location_id": shop}
    with pytest.raises(errors.CheckViolation):
        insert(dsn, "restock_proposals", transfer)


_FORBIDDEN: list[tuple[type[psycopg.Error], LiteralString]] = [
    (errors.RestrictViolation, "UPDATE alert_handling SET owner = 'x'"),
    (errors.RestrictViolation, "UPDATE alert_handling SET owner = 'x', version = 3"),
    (
        errors.RestrictViolation,
        "UPDATE alert_handling SET acknowledged_by = 'ben', version = version + 1",
    ),
    (errors.RestrictViolation, "UPDATE alert_handling SET sku = 'x', version = version + 1"),
    (errors.RestrictViolation, "DELETE FROM alert_handling"),
    (errors.RestrictViolation, "DELETE FROM restock_proposals"),
    (
        errors.RestrictViolation,
        "UPDATE restock_proposals SET quantity = 9, version = version + 1",
    ),
    (errors.CheckViolation, "UPDATE restock_proposals SET state = 'accepted', version = 2"),
]
