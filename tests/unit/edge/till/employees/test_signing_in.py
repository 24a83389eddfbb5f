"""Who is at a till is known by card and PIN with no gateway in reach, and guessing comes to an
end."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from edge.journal.errors import DiskFull
from edge.journal.verifying import prove
from edge.till.asked_of_people import AskedSignIn
from edge.till.counter import TillCounter
from edge.till.employees import seat
from edge.till.employees.attempts import WRONG_MAX
from edge.till.employees.shown_cards import WAITING_MAX
from sealing.cards import pin_hash
from tests.unit.edge.till.employees.crews import (
    ANNA,
    BEN,
    MIA,
    PINS,
    bundle,
    employee,
    events,
    hold,
    now_by,
    seated,
    sign_in,
    texts,
)
from tests.unit.edge.till.tills import LINE, Program, paid, running


async def test_a_card_and_its_pin_sign_somebody_in_with_the_gateway_away(manned: Program) -> None:
    assert await manned.refused("POST", "/carts") == (403, "employee_needed")
    status, told = await sign_in(manned, "anna")
    assert (status, told["mode"]) == (200, "offline")
    assert told["signed_in"]["employee_id"] == "anna"
    assert told["signed_in"]["limits"]["discount_percent"] == 10
    assert (await manned.state())["employees"]["signed_in"] == told["signed_in"]
    await manned.sell()
    for event in await events(manned):
        assert event["cashier_id"] == "anna"
        assert event["auth"] == {"mode": "offline", "bundle_version": 7, "age_seconds": 0}
    assert (await manned.get("/carts")) == {"carts": []}


async def test_a_cart_shows_who_opened_it_and_a_sale_who_ended_it(manned: Program) -> None:
    await seated(manned, "anna")
    cart_id = await manned.cart()
    assert (await manned.get(f"/carts/{cart_id}"))["cashier_id"] == "anna"
    await seated(manned, "ben")
    path = f"/carts/{cart_id}/complete"
    assert await manned.refused("POST", path, paid(398, cashier_id="anna")) == (
        409,
        "another_employee",
    )
    await manned.post(path, paid(398))
    assert (await events(manned))[-1]["cashier_id"] == "ben"


async def test_two_pages_share_the_seat_and_each_request_says_who_did_it(manned: Program) -> None:
    await seated(manned, "anna")
    cart_id = await manned.cart()
    asked = [manned.post(f"/carts/{cart_id}/lines", LINE) for _ in range(20)]
    await asyncio.gather(*asked[:10], sign_in(manned, "ben"), *asked[10:])
    await manned.post(f"/carts/{cart_id}/complete", paid(21 * 398))
    by = [each["cashier_id"] for each in await events(manned) if each["type"] == "line_added"]
    assert len(by) == 21 and set(by) <= {"anna", "ben"}
    assert by == sorted(by), "Anna did something after Ben had taken her seat"


async def test_what_is_no_employees_card_or_pin_is_told_apart_and_nothing_of_it_is_kept(
    manned: Program, home: Path
) -> None:
    assert await manned.refused(
        "POST", "/employees/sign-in", {"card": "card-eve", "pin": "987654321"}
    ) == (404, "unknown_card")
    status, told = await sign_in(manned, "anna", "987654321")
    assert (status, told["reason"], told["left"]) == (403, "wrong_pin", WRONG_MAX - 1)
    await seated(manned, "anna")
    for body in (
        {},
        {"card": "card-anna"},
        {"card": " ", "pin": "1234"},
        {"card": "é", "pin": "1"},
    ):
        assert (await manned.refused("POST", "/employees/sign-in", body))[0] == 422, body
    assert b"987654321" not in texts(home) and b"card-anna" not in texts(home)


async def test_a_page_asks_whose_card_it_is_before_it_asks_for_a_pin(manned: Program) -> None:
    asked = {"card": "card-mia"}
    told = await manned.post("/employees/holder", asked)
    assert told == {"employee_id": "mia", "role": "manager", "locked": False}
    for _ in range(WRONG_MAX):
        await sign_in(manned, "mia", "9999")
    assert (await manned.post("/employees/holder", asked))["locked"]
    unknown = {"card": "4006381333931"}
    assert await manned.refused("POST", "/employees/holder", unknown) == (404, "unknown_card")


async def test_five_wrong_pins_lock_the_card_also_through_restarts(home: Path) -> None:
    hold(home, bundle(7, ANNA, BEN, MIA))
    for wrong in range(1, WRONG_MAX + 1):
        async with running(home) as program:
            await program.open_day()
            status, told = await sign_in(program, "anna", "9999")
            assert (status, told["left"]) == (403, WRONG_MAX - wrong), "a restart forgot a guess"
    async with running(home) as program:
        status, told = await sign_in(program, "anna")
        assert (status, told["reason"]) == (403, "card_locked"), "the right PIN opened a lock"
        noted = [each for each in await events(program) if each["type"] == "noted"]
        assert [each["kind"] for each in noted] == ["pin_failed"] * WRONG_MAX + ["card_locked"]
        assert noted[-1]["detail"] == {"employee_id": "anna", "wrong": WRONG_MAX}
        await seated(program, "ben")
    assert not prove(home / "journal.sqlite").findings


async def test_guesses_that_come_together_are_no_more_than_those_one_by_one(
    manned: Program,
) -> None:
    guesses = [sign_in(manned, "anna", f"{9000 + each}") for each in range(WAITING_MAX)]
    told = [body["reason"] for _, body in await asyncio.gather(*guesses)]
    assert told.count("wrong_pin") == WRONG_MAX - 1
    assert told.count("card_locked") == WAITING_MAX - WRONG_MAX + 1
    noted = [each["kind"] for each in await events(manned)]
    assert noted.count("pin_failed") == WRONG_MAX


async def test_one_key_is_one_guess_whatever_pin_comes_with_it(manned: Program) -> None:
    first = await sign_in(manned, "anna", "9999", key="k-1")
    for pin in ("8888", PINS["anna"], "9999"):
        assert await sign_in(manned, "anna", pin, key="k-1") == first, "a guess was free"
    assert [each["kind"] for each in await events(manned)] == ["pin_failed"]
    assert (await sign_in(manned, "ben", key="k-1"))[1]["reason"] == "key_reused"


async def test_a_right_pin_begins_the_count_anew(manned: Program) -> None:
    for _ in range(WRONG_MAX - 1):
        await sign_in(manned, "anna", "9999")
    await seated(manned, "anna")
    assert (await sign_in(manned, "anna", "9999"))[1]["left"] == WRONG_MAX - 1


async def test_a_disk_that_takes_nothing_makes_no_guess_free(
    manned: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = manned.premises.books
    assert books is not None

    def full(*_: Any) -> None:
        raise DiskFull("no room")

    with monkeypatch.context() as patched:
        patched.setattr(books.journal, "append", full)
        for _ in range(WRONG_MAX):
            assert (await sign_in(manned, "anna", "9999"))[0] == 507
    assert (await sign_in(manned, "anna"))[1]["reason"] == "card_locked"


async def test_who_may_lets_a_locked_card_in_again(manned: Program) -> None:
    for _ in range(WRONG_MAX):
        await sign_in(manned, "anna", "9999")
    unlock = {"employee_id": "anna"}
    await seated(manned, "ben")
    assert await manned.refused("POST", "/employees/unlocks", unlock) == (403, "over_limit")
    assert (await sign_in(manned, "anna"))[1]["reason"] == "card_locked"
    await seated(manned, "mia")
    assert await manned.post("/employees/unlocks", unlock)
    assert await manned.refused("POST", "/employees/unlocks", unlock) == (409, "card_not_locked")
    last = (await events(manned))[-1]
    assert (last["kind"], last["cashier_id"]) == ("card_locked", "mia")
    assert last["detail"] == {"employee_id": "anna", "state": "unlocked"}
    await seated(manned, "anna")


async def test_an_unlock_that_is_asked_again_opens_nothing_that_was_locked_since(
    manned: Program,
) -> None:
    unlock = {"employee_id": "anna"}
    await seated(manned, "mia")
    await sign_in(manned, "anna", "9999")
    told = await manned.post("/employees/unlocks", unlock, "k-1")
    for _ in range(WRONG_MAX):
        await sign_in(manned, "anna", "9999")
    assert await manned.post("/employees/unlocks", unlock, "k-1") == told
    assert (await sign_in(manned, "anna"))[1]["reason"] == "card_locked"


async def test_a_page_that_goes_away_takes_no_guess_back(manned: Program) -> None:
    cards = TillCounter(manned.premises, manned.failures.append).cards
    for guess in range(WRONG_MAX):
        shown = AskedSignIn(card="card-anna", pin=f"{9000 + guess}")
        asked = asyncio.create_task(cards.sign_in(f"k-{guess}", shown))
        await asyncio.sleep(0.01)
        asked.cancel()
    for _ in range(300):
        if [each["kind"] for each in await events(manned)].count("pin_failed") == WRONG_MAX:
            break
        await asyncio.sleep(0.02)
    else:
        raise AssertionError("not all wrong PINs are in the journal")
    assert (await sign_in(manned, "anna"))[1]["reason"] == "card_locked", "guesses were free"


async def test_a_new_pin_from_the_centre_opens_the_lock_and_ends_the_seat(
    home: Path, manned: Program
) -> None:
    await seated(manned, "anna")
    for _ in range(WRONG_MAX):
        await sign_in(manned, "ben", "9999")
    another = pin_hash("card-anna", "5678")
    now_by(manned, home, bundle(8, employee("anna", pin_hash=another), BEN))
    assert await manned.refused("POST", "/carts") == (403, "employee_gone")
    assert (await sign_in(manned, "ben"))[1]["reason"] == "card_locked"
    assert (await sign_in(manned, "anna"))[1]["reason"] == "wrong_pin"
    assert (await sign_in(manned, "anna", "5678"))[0] == 200
    now_by(manned, home, bundle(9, employee("ben", pin_hash=another)))
    assert (await sign_in(manned, "ben", "9999"))[1]["left"] == WRONG_MAX - 1


async def test_somebody_dismissed_in_mid_sale_does_nothing_more_and_another_ends_the_sale(
    home: Path, manned: Program
) -> None:
    await seated(manned, "anna")
    cart_id = await manned.cart()
    now_by(manned, home, bundle(8, BEN))
    path = f"/carts/{cart_id}/complete"
    assert await manned.refused("POST", path, paid(398)) == (403, "employee_gone")
    assert await manned.refused("POST", path, paid(398)) == (403, "employee_needed")
    assert (await sign_in(manned, "anna"))[1]["reason"] == "unknown_card"
    await seated(manned, "ben")
    await manned.post(path, paid(398))


async def test_the_seat_is_empty_after_a_sign_out_and_after_a_while(
    manned: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seated(manned, "anna")
    cart_id = await manned.cart()
    await manned.post("/employees/sign-out")
    lines = f"/carts/{cart_id}/lines"
    assert await manned.refused("POST", lines, LINE) == (403, "employee_needed")
    await seated(manned, "anna")
    monkeypatch.setattr(seat, "IDLE_SECONDS", -1.0)
    assert await manned.refused("POST", lines, LINE) == (403, "employee_needed")
    assert (await manned.state())["employees"]["signed_in"] is None


async def test_after_a_restart_the_card_is_shown_again_and_the_cart_is_there(home: Path) -> None:
    hold(home, bundle(7, ANNA))
    async with running(home) as program:
        await program.open_day()
        await seated(program, "anna")
        cart_id = await program.cart()
    async with running(home) as program:
        path = f"/carts/{cart_id}/complete"
        assert await program.refused("POST", path, paid(398)) == (403, "employee_needed")
        await seated(program, "anna")
        await program.post(path, paid(398))


async def test_a_store_that_keeps_no_employees_sells_as_programs_say(
    program: Program,
) -> None:
    assert (await sign_in(program, "anna"))[1]["reason"] == "employees_unknown"
    assert (await program.state())["employees"]["kept"] is False
    await program.post("/carts", {"cashier_id": "7", "auth": {"mode": "offline"}})
    assert (await events(program))[-1]["auth"] == {"mode": "offline"}


async def test_no_program_says_itself_by_whose_leave(manned: Program) -> None:
    await seated(manned, "anna")
    said = {"auth": {"mode": "online", "approver": "mia"}}
    assert await manned.refused("POST", "/carts", said) == (422, "not_in_contract")
    drawer = {"type": "drawer_opened", "reason": "change"} | said
    assert await manned.refused("POST", "/events", drawer) == (422, "not_in_contract")


async def test_a_till_that_lost_its_list_sells_for_cash_and_nothing_else(home: Path) -> None:
    hold(home, bundle(7, ANNA))
    async with running(home) as program:
        await program.open_day()
        await seated(program, "anna")
        await program.sell()
    for file in (home / "catalog").glob("*.json"):
        file.write_bytes(b"{}")
    async with running(home) as program:
        assert (await program.state())["employees"]["plain_cash_only"]
        await program.sell()
        cart_id = await program.cart()
        tender = {"tender_id": "t", "kind": "card", "amount_minor": 398}
        assert await program.refused("POST", f"/carts/{cart_id}/tenders", tender) == (
            403,
            "list_too_old",
        )
        drawer = {"type": "drawer_opened", "reason": "change", "cashier_id": "anna"}
        assert await program.refused("POST", "/events", drawer) == (403, "list_too_old")
