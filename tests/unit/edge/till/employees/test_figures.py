"""What a till's figures say of its employees: how old the list is, locked cards, and approvals that
were refused."""

import asyncio
from pathlib import Path

import pytest

from edge.till import measuring
from tests.unit.edge.till.employees.crews import (
    ANNA,
    BEN,
    MIA,
    approved,
    bundle,
    employee,
    hold,
    now_by,
    seated,
    sign_in,
)
from tests.unit.edge.till.employees.test_news import DAY, later
from tests.unit.edge.till.tills import Program, running

AGE = "tillstream_till_employees_age_seconds"
PLAIN = "tillstream_till_plain_cash_only"
LOCKED = "tillstream_till_cards_locked"
REFUSED = "tillstream_till_approvals_refused_total"
DRAWER = {"cashier_id": "anna", "reason": "change"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "FIGURES_SECONDS", 0.01)


def figure(program: Program, name: str, **labels: str) -> float:
    found = program.registry.get_sample_value(name, labels)
    assert found is not None, f"no figure {name} {labels}"
    return found


async def shows(program: Program, name: str, low: float, high: float | None = None) -> None:
    for _ in range(300):
        if low <= figure(program, name) <= (low if high is None else high):
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"{name} is {figure(program, name)}, and not {low}")


async def wrong_pins(program: Program, name: str, count: int = 5) -> None:
    for _ in range(count):
        await sign_in(program, name, "0000")


async def test_the_lists_age_is_shown_and_when_only_cash_is_left(home: Path) -> None:
    hold(home, bundle(7, ANNA))
    async with running(home) as program:
        await program.open_day()
        await seated(program, "anna")
        await program.cart()  # whose event keeps the age
        await shows(program, AGE, 0, 60)
        await shows(program, PLAIN, 0)
    async with running(home, later(21)) as program:
        await shows(program, AGE, 21 * DAY, 21 * DAY + 60)
        await shows(program, PLAIN, 0)
    async with running(home, later(31)) as program:
        await shows(program, PLAIN, 1)


async def test_a_list_that_the_disk_has_lost_is_shown(home: Path) -> None:
    hold(home, bundle(7, ANNA))
    async with running(home) as program:
        await program.open_day()
        await seated(program, "anna")
        await program.cart()
        await shows(program, PLAIN, 0)
        now_by(program, home, bundle(8, ANNA, key=False))
        await shows(program, PLAIN, 1)


async def test_a_store_that_keeps_no_employees_has_no_old_list(home: Path) -> None:
    async with running(home, later(400)) as program:
        await program.open_day()
        await program.sell()
        for name in (AGE, PLAIN, LOCKED):
            await shows(program, name, 0)


async def test_locked_cards_are_shown_until_they_are_let_in_again(home: Path) -> None:
    hold(home, bundle(7, ANNA, BEN, MIA))
    async with running(home) as program:
        await program.open_day()
        await wrong_pins(program, "ben", 4)
        await wrong_pins(program, "anna")
        await shows(program, LOCKED, 1)
        await wrong_pins(program, "ben", 1)
        await shows(program, LOCKED, 2)
    async with running(home) as program:
        await shows(program, LOCKED, 2)
        await seated(program, "mia")
        await program.post("/employees/unlocks", {"employee_id": "anna"})
        await shows(program, LOCKED, 1)
        other = employee("ben", pin_hash=ANNA[1].decode().split('"pin_hash":"')[1].split('"')[0])
        now_by(program, home, bundle(8, ANNA, other, MIA))
        await shows(program, LOCKED, 0)


async def test_refused_approvals_are_counted_by_reason(manned: Program) -> None:
    await seated(manned, "anna")
    for reason in ("card", "used", "limit"):
        assert figure(manned, REFUSED, reason=reason) == 0, "a first one would be no rise"
    assert (await sign_in(manned, "ben", "0000", what="approvals"))[0] == 403
    status, _ = await manned.ask(
        "POST", "/employees/approvals", {"card": "card-eve", "pin": "1234"}
    )
    assert status == 404
    assert figure(manned, REFUSED, reason="card") == 2
    good = await approved(manned, "ben")
    status, told = await manned.ask("POST", "/drawer", DRAWER, headers=good)
    assert (status, told["reason"]) == (403, "over_limit")
    assert figure(manned, REFUSED, reason="limit") == 1
    good = await approved(manned, "mia")
    for expected in (201, 403):
        status, _ = await manned.ask("POST", "/drawer", DRAWER, headers=good)
        assert status == expected
    assert figure(manned, REFUSED, reason="used") == 1


async def test_what_is_refused_without_an_approval_is_no_refused_approval(manned: Program) -> None:
    await seated(manned, "anna")
    assert await manned.refused("POST", "/drawer", DRAWER) == (403, "over_limit")
    assert (await sign_in(manned, "ben", "0000"))[0] == 403
    good = await approved(manned, "mia")
    status, told = await manned.ask("POST", "/carts/none/abandon", headers=good)
    assert (status, told["reason"]) == (404, "no_such_cart")
    for reason in ("card", "used", "limit"):
        assert figure(manned, REFUSED, reason=reason) == 0
