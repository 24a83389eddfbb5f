"""What the field, a terminal and an age do to a cart that tables decide."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.edge.till.ruled_tills import cart_of, catalog, last_event, ruled, scan
from tests.unit.edge.till.tills import Program, paid


@pytest.fixture
async def program(home: Path) -> AsyncIterator[Program]:
    async with ruled(home, catalog()) as opened:
        yield opened


async def test_the_tills_own_terminal_is_asked_for_what_the_tables_leave_due(
    program: Program,
) -> None:
    cart_id = await cart_of(program, "watch", training=True)
    assert (await scan(program, cart_id, "tea", quantity=5))["total_minor"] == 5_000
    too_much = {"amount_minor": 5_000}
    path = f"/carts/{cart_id}/cards"
    assert await program.refused("POST", path, too_much) == (422, "sums_differ")
    told = await program.post(path)
    assert (told["tender"]["amount_minor"], told["due_minor"]) == (4_750, 4_750)


async def test_change_is_given_on_what_the_tables_leave_due(program: Program) -> None:
    cart_id = await cart_of(program, "watch")
    await scan(program, cart_id, "tea", quantity=5)
    body = {"currency": "EUR", "cash_given_minor": 5_000}
    told = await program.post(f"/carts/{cart_id}/complete", body)
    assert (told["total_minor"], told["change_minor"]) == (4_750, 250)
    assert (await last_event(program))["tenders"] == [{"kind": "cash", "amount_minor": 4_750}]


async def test_a_date_of_birth_settles_what_a_row_asks_of_the_age(program: Program) -> None:
    cart_id = await cart_of(program, "wine")
    path = f"/carts/{cart_id}"
    assert await program.refused("POST", f"{path}/complete", paid(700)) == (409, "check_open")
    shown = {"years": 18, "cashier_id": "7", "born_on": "1980-02-29"}
    told = await program.post(f"{path}/age-checks", shown)
    assert (told["outcome"], told["due_minor"]) == ("admitted", 700)
    assert [each["settled"] for each in (await program.get(path))["checks"]] == [True]
    await program.post(f"{path}/complete", paid(700))


async def test_what_the_field_takes_tells_what_is_due(program: Program) -> None:
    cart_id = await cart_of(program, "watch")
    path = f"/carts/{cart_id}/input"
    assert (await program.post(path, {"text": "2*"}))["due_minor"] == 3_500
    assert (await program.post(path, {"text": "+"}))["due_minor"] == 3_500
