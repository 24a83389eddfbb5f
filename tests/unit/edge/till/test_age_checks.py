"""An age is checked by date of birth at a till, and no date of birth is left anywhere."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.edge.till.test_selling import written
from tests.unit.edge.till.tills import Program, paid

DAY = timedelta(days=1)


def on_disk(home: Path) -> bytes:
    return b"".join(each.read_bytes() for each in home.glob("journal.sqlite*"))


async def born_by(program: Program, years: int = 18) -> date:
    return date.fromisoformat((await program.get(f"/ages/{years}"))["born_by"])


async def check(program: Program, cart: str, born_on: date, key: str = "", **more: Any) -> Any:
    body = {"years": 18, "cashier_id": "7", "born_on": born_on} | more
    return await program.post(f"/carts/{cart}/age-checks", body, key)


async def test_on_the_birthday_one_is_old_enough_and_the_day_before_not(program: Program) -> None:
    cart, last = await program.cart(), await born_by(program)
    assert (await check(program, cart, last + DAY))["outcome"] == "refused"
    assert (await program.get(f"/carts/{cart}"))["aged_years"] == 0
    told = await check(program, cart, last)
    assert (told["outcome"], told["aged_years"]) == ("admitted", 18)
    kept = [each for each in await written(program) if each["type"] == "age_checked"]
    assert [each["outcome"] for each in kept] == ["refused", "admitted"]
    assert kept[0]["cashier_id"] == "7" and kept[0]["cart_id"] == cart


async def test_who_is_refused_was_not_older_before(program: Program) -> None:
    cart, last = await program.cart(), await born_by(program)
    assert (await check(program, cart, last))["aged_years"] == 18
    assert (await check(program, cart, last + DAY))["aged_years"] == 0
    assert (await check(program, cart, last))["aged_years"] == 18
    older = await check(program, cart, last, years=21)
    assert (older["outcome"], older["aged_years"]) == ("refused", 18)


async def test_a_refusal_leaves_the_cart(program: Program) -> None:
    cart = await program.cart()
    await check(program, cart, await born_by(program) + DAY)
    await program.post(f"/carts/{cart}/complete", paid(398))


async def test_who_shows_no_date_can_only_be_refused(program: Program) -> None:
    cart, path = await program.cart(), "age-checks"
    body = {"years": 18, "cashier_id": "7"}
    for wrong in ({}, {"is_admitted": True}):
        found = await program.refused("POST", f"/carts/{cart}/{path}", body | wrong)
        assert found == (422, "not_in_contract")
    no_papers = body | {"is_admitted": False, "reason": "no papers"}
    told = await program.post(f"/carts/{cart}/{path}", no_papers)
    assert told["outcome"] == "refused"


async def test_no_date_of_birth_is_on_the_disk(program: Program, home: Path) -> None:
    cart = await program.cart()
    told = await check(program, cart, date(1985, 7, 23), key="age-1")
    assert "1985" not in str(told)
    assert b"1985-07-23" not in on_disk(home)
    assert await check(program, cart, date(1985, 7, 23), key="age-1") == told
    other = await check(program, cart, date(1984, 1, 1), key="age-1")
    assert other == told, "what tells requests apart lets the date of birth be worked out"


@pytest.mark.parametrize(
    "fields",
    [
        {"years": -1},
        {"years": 121},
        {"born_on": "2999-01-01"},
        {"born_on": "1008-01-01"},
        {"born_on": "1990-02-30"},
        {"born_on": "23.07.1985"},
        {"born_on": "1985-07-23", "is_admitted": True},
        {"reason": "x" * 200},
    ],
)
async def test_what_cannot_be_is_not_kept(program: Program, fields: dict[str, Any]) -> None:
    cart = await program.cart()
    body = {"years": 18, "cashier_id": "7", "born_on": "1985-07-23"} | fields
    found = await program.refused("POST", f"/carts/{cart}/age-checks", body)
    assert found == (422, "not_in_contract")
    assert [each for each in await written(program) if each["type"] == "age_checked"] == []


async def test_an_age_is_not_asked_beyond_reason(program: Program) -> None:
    assert await program.refused("GET", "/ages/121") == (422, "not_in_contract")
    assert await born_by(program, 0) == date.fromisoformat((await program.get("/ages/0"))["today"])
