"""Whatever a program sends, the till answers in words, keeps its journal whole, and sells on."""

import asyncio
import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from edge.journal.errors import JournalUnusable
from edge.journal.verifying import prove
from tests.unit.edge.till.tills import LINE, Program, paid, running

PATHS = (
    *("/carts", "/takeovers", "/returns", "/events", "/voucher", "/day"),
    *(f"/carts/{{cart}}/{step}" for step in ("lines", "voids", "suspend", "resume", "abandon")),
    *(f"/carts/{{cart}}/{step}" for step in ("tenders", "settlements", "complete")),
    *("/carts/{cart}", "/products/x", "/state", "/events/1/1", "/nothing"),
)
NAMES = (
    *("sku", "quantity", "unit", "unit_price_minor", "amount_minor", "line_no", "cart_id", "lines"),
    *("tender_id", "kind", "outcome", "currency", "tenders", "discounts", "taxes", "rule", "auth"),
    *("type", "detail", "shift_id", "cashier_id", "counted", "receipt_no", "refund_minor"),
    *("restock", "from_till_id", "business_date", "training", "token", "epoch", "clock"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, 0, 1, -1, 398, 10**12, 10**12 + 1, 2**63, 10**400, 0.5, 1e308),
    *("", "EUR", "cash", "card", "each", "gram", "2026-11-30", "x" * 129, "\u0000", "\ud83d\ude00"),
    *("4006381333931", "noted", "shift_opened", "survey", "<b>", "..", "captured", [], {}),
)


def odd(chance: Random, depth: int = 0) -> Any:
    """A body that is nearly one."""
    if depth > 2 or chance.random() < 0.4 * depth:
        return chance.choice(VALUES)
    if depth and chance.random() < 0.3:
        return [odd(chance, depth + 1) for _ in range(chance.randint(0, 3))]
    names = chance.sample(NAMES, chance.randint(0, 8))
    return {name: odd(chance, depth + 1) for name in names}


def damaged(chance: Random, body: bytes) -> bytes:
    """Some bytes of it are others."""
    if not body or chance.random() < 0.7:
        return body
    at = chance.randrange(len(body))
    return body[:at] + chance.randbytes(chance.randint(0, 3)) + body[at + 1 :]


@pytest.mark.parametrize("seed", range(4))
async def test_odd_bodies_are_refused_in_words(program: Program, home: Path, seed: int) -> None:
    chance = Random(seed)
    for _ in range(150):
        cart_id = await program.cart() if chance.random() < 0.2 else "gone"
        path = chance.choice(PATHS).replace("{cart}", cart_id)
        method = chance.choice(("POST", "POST", "POST", "PUT", "GET", "DELETE"))
        body = damaged(chance, json.dumps(odd(chance)).encode())
        status, told = await program.ask(method, path, body)
        assert status < 500, f"{method} {path} {body!r}: {told}"
        assert status < 400 or told["detail"], f"{method} {path} {body!r}: {told}"
    await program.sell()
    assert not prove(home / "journal.sqlite").findings


async def test_on_a_full_disk_what_is_open_ends_and_the_till_says_why(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    cart_id = await program.cart()
    books = program.premises.books
    assert books is not None
    monkeypatch.setattr(books.journal.file.reserve, "has_room", lambda: False)
    assert await program.refused("POST", "/carts") == (507, "disk_full")
    assert "disk_full" in (await program.state())["why_not"]
    await program.post(f"/carts/{cart_id}/lines", LINE)
    await program.post(f"/carts/{cart_id}/complete", paid(796))
    monkeypatch.undo()
    await program.sell()


async def test_a_journal_that_can_no_longer_be_written_ends_the_till(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = program.premises.books
    assert books is not None

    def fails(*_: Any) -> None:
        raise JournalUnusable("the disk is gone: start anew")

    monkeypatch.setattr(books.journal, "append", fails)
    assert await program.refused("POST", "/carts") == (503, "journal_unusable")
    assert [str(each) for each in program.failures] == ["the disk is gone: start anew"]


async def test_a_fault_in_one_part_keeps_the_till_from_nothing_else(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    async def fails(_: Any) -> None:
        tried.append(1)
        raise KeyError("a fault of ours")

    monkeypatch.setattr("edge.till.identity.keeper.IdentityKeeper._step", fails)
    monkeypatch.setattr("edge.till.parts.AGAIN_SECONDS", 0.01)
    async with running(home) as program:
        await program.open_day()
        await program.sell()
        for _ in range(200):
            if len(tried) > 2:
                break
            await asyncio.sleep(0.01)
        assert len(tried) > 2, "what failed was not tried again"
        await program.sell()


async def test_a_journal_that_fails_in_the_background_ends_the_till(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise JournalUnusable("the disk is gone: start anew")

    monkeypatch.setattr("edge.till.premises.HEARTBEAT_SECONDS", 0.01)
    monkeypatch.setattr("edge.till.desk.SellingDesk.beat", fails)
    async with running(home) as program:
        with pytest.raises(JournalUnusable, match="start anew"):
            await asyncio.wait_for(program.work, 10)
