"""Shifts and the drawer at a till's calls: counted blind, and reported from the journal."""

import asyncio
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from edge.till.shifts import keeping
from edge.till.shifts.reports import z_report
from edge.till.shifts.shift import shifts_of
from tests.unit.edge.till.test_selling import written
from tests.unit.edge.till.tills import LINE, Program, paid, running

FLOAT_MINOR = 20_000
COUNTED = {"20000": 1, "100": 3, "1": 98}
"""The float and the cash of one sale of 398."""


async def opened(program: Program) -> str:
    body = {"cashier_id": "7", "float_minor": FLOAT_MINOR}
    return (await program.post("/shifts", body))["shift_id"]


async def counted(program: Program, pieces: dict[str, int] = COUNTED, key: str = "") -> Any:
    return await program.post("/shifts/counts", {"cashier_id": "7", "counted": pieces}, key)


async def closed(program: Program) -> Any:
    return await program.post("/shifts/close", {"cashier_id": "7"})


async def moved(program: Program, amount_minor: int, reason: str = "safe") -> Any:
    body = {"cashier_id": "7", "amount_minor": amount_minor, "reason": reason}
    return await program.post("/shifts/cash", body)


async def test_a_shift_from_its_float_to_its_z_report(program: Program) -> None:
    shift_id = await opened(program)
    await program.sell()
    await moved(program, -10_000)
    told = await counted(program, {"10000": 1, "100": 4})
    assert (told["counted_minor"], told["over_short_minor"]) == (10_400, 2)
    end = await closed(program)
    assert (end["shift_id"], end["expected_minor"], end["over_short_minor"]) == (
        shift_id,
        10_398,
        2,
    )
    report = await program.get(f"/shifts/{shift_id}")
    assert (report["kind"], report["net_minor"], report["tenders"]) == ("z", 398, {"cash": 398})
    assert (report["taken_out_minor"], report["over_short_minor"]) == (10_000, 2)
    assert report == await program.get(f"/shifts/{report['number']}")
    ended = [each for each in shifts_of(await written(program)) if each.shift_id == shift_id]
    assert z_report(ended[0]).items() <= report.items(), "the report is not what the journal says"


async def test_no_answer_before_the_count_says_what_should_be_there(program: Program) -> None:
    answers: list[Any] = [await opened(program)]
    for _ in range(3):
        answers.append(await program.sell())
    answers.append(await moved(program, -5_000))
    for path in ("/state", "/carts", "/shifts", "/shifts/x"):
        answers.append(await program.get(path))
    answers.append(await program.ask("POST", "/shifts/close", {"cashier_id": "7"}))
    expected_minor = FLOAT_MINOR + 3 * 398 - 5_000
    for answer in answers:
        for figure in (expected_minor, 3 * 398):
            assert str(figure) not in str(answer), f"{figure} is told before the count: {answer}"
    assert (await program.get("/shifts/x")).keys().isdisjoint({"tenders", "net_minor"})
    told = await counted(program, {"1": expected_minor})
    assert told["over_short_minor"] == 0
    assert (await program.get("/shifts/x"))["expected_minor"] == expected_minor


async def test_a_second_count_is_the_last_and_the_first_stays(program: Program) -> None:
    await opened(program)
    await program.sell()
    assert (await counted(program, {"20000": 1}))["may_count_again"]
    told = await counted(program)
    assert (told["over_short_minor"], told["may_count_again"]) == (0, False)
    body = {"cashier_id": "7", "counted": COUNTED}
    assert await program.refused("POST", "/shifts/counts", body) == (409, "counted_twice")
    await closed(program)
    (ended,) = (await program.get("/shifts"))["ended"]
    report = await program.get(f"/shifts/{ended['number']}")
    assert (report["first_over_short_minor"], report["over_short_minor"]) == (-398, 0)


async def test_a_sale_after_the_count_asks_for_another(program: Program) -> None:
    await opened(program)
    await counted(program, {"20000": 1})
    await program.sell()
    assert await program.refused("POST", "/shifts/close", {"cashier_id": "7"}) == (
        409,
        "not_counted",
    )
    await counted(program)
    assert (await closed(program))["over_short_minor"] == 0


async def test_training_is_in_no_report(program: Program) -> None:
    await opened(program)
    cart = await program.cart(training=True)
    await program.post(f"/carts/{cart}/complete", paid(398))
    assert (await counted(program, {"20000": 1}))["over_short_minor"] == 0
    assert (await program.get("/shifts/x"))["receipts"] == 0


@pytest.mark.parametrize("is_state_lost", [False, True])
async def test_shifts_go_on_after_a_restart(home: Path, is_state_lost: bool) -> None:
    async with running(home) as program:
        await program.open_day()
        shift_id = await opened(program)
        await program.sell()
        await counted(program)
        await closed(program)
        await program.sell()
        second = await opened(program)
        before = [await program.get(f"/shifts/{name}") for name in (shift_id, "x", "1", "2")]
        if is_state_lost:
            await forget_shifts(program)
    async with running(home) as program:
        after = [await program.get(f"/shifts/{name}") for name in (shift_id, "x", "1", "2")]
        assert before == after
        assert (await program.get("/shifts"))["open"]["shift_id"] == second


async def forget_shifts(program: Program) -> None:
    """As a till of a release before has its state."""
    books = program.premises.books
    assert books is not None
    names = [name for name in books.journal.state() if name.startswith("shift")]
    assert len(names) == 3
    await books.run(lambda: books.journal.append([], dict.fromkeys(names)))


async def test_what_is_sold_without_a_shift_is_in_a_report_too(program: Program) -> None:
    await program.sell()
    await opened(program)
    (nameless,) = (await program.get("/shifts"))["ended"]
    report = await program.get(f"/shifts/{nameless['number']}")
    assert (report["net_minor"], report["closed_at"], report["shift_id"]) == (398, None, "")


async def test_a_count_that_comes_twice_is_one(program: Program) -> None:
    await opened(program)
    told = await asyncio.gather(*(counted(program, {"20000": 1}, key="count-1") for _ in range(3)))
    assert told[0] == told[1] == told[2]
    assert (await program.get("/shifts/x"))["counts"] == 1


@pytest.mark.parametrize(
    ("path", "body", "found"),
    [
        ("/shifts", {"float_minor": 1}, (409, "shift_is_open")),
        ("/shifts", {"float_minor": -1}, (422, "not_in_contract")),
        ("/shifts/cash", {"amount_minor": 0, "reason": "x"}, (409, "wrong_amount")),
        ("/shifts/cash", {"amount_minor": 5, "reason": " "}, (409, "no_reason")),
        ("/shifts/cash", {"amount_minor": 5}, (422, "not_in_contract")),
        ("/shifts/counts", {"counted": {"x": 1}}, (422, "wrong_count")),
        ("/shifts/counts", {"counted": {"-5": 1}}, (422, "wrong_count")),
        ("/shifts/counts", {"counted": {"5": -1}}, (422, "not_in_contract")),
        ("/shifts/counts", {"counted": {"5": 10**9}}, (422, "wrong_count")),
        ("/shifts/counts", {"counted": 5}, (422, "not_in_contract")),
        ("/shifts/close", {}, (409, "not_counted")),
    ],
)
async def test_a_step_that_cannot_be_is_not_kept(
    program: Program, path: str, body: dict[str, Any], found: Any
) -> None:
    await opened(program)
    before = (await program.state())["sequence"]
    assert await program.refused("POST", path, {"cashier_id": "7"} | body) == found
    assert (await program.state())["sequence"] == before


@pytest.mark.parametrize("path", ["cash", "counts", "close"])
async def test_without_a_shift_there_is_nothing_to_do(program: Program, path: str) -> None:
    body: dict[str, Any] = {"cashier_id": "7"}
    body |= {"cash": {"amount_minor": 5, "reason": "x"}, "counts": {"counted": {}}}.get(path, {})
    assert await program.refused("POST", f"/shifts/{path}", body) == (409, "no_shift")
    for name in ("s", "0", "999", "-"):
        assert await program.refused("GET", f"/shifts/{name}") == (404, "no_shift")


async def test_a_count_in_words_by_another_program_breaks_nothing(program: Program) -> None:
    await opened(program)
    count = {"type": "shift_counted", "shift_id": "s", "cashier_id": "7", "counted": {"note": 3}}
    await program.post("/events", count)
    assert (await program.get("/shifts/x"))["counts"] == 0
    await program.sell()


async def test_a_drawer_is_counted_twice_at_most_whichever_call_it_comes_by(
    program: Program,
) -> None:
    shift_id = await opened(program)
    for _ in range(2):
        await counted(program, {"20000": 1})
    count = {"type": "shift_counted", "shift_id": shift_id, "cashier_id": "7", "counted": {"5": 1}}
    assert await program.refused("POST", "/events", count) == (409, "counted_twice")
    assert (await program.get("/shifts/x"))["counts"] == 2


async def test_shifts_that_are_kept_have_an_end(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "ENDED_MAX", 3)
    for _ in range(5):
        await opened(program)
        await counted(program, {"20000": 1})
        await closed(program)
    ended = (await program.get("/shifts"))["ended"]
    assert [each["number"] for each in ended] == [3, 4, 5]
    books = program.premises.books
    assert books is not None
    state = await books.run(books.journal.state)
    assert len([name for name in state if name.startswith(keeping.ENDED)]) == 3


async def test_the_drawer_opens_for_a_reason_that_is_kept(program: Program) -> None:
    told = await program.post("/drawer", {"cashier_id": "7", "reason": "change"})
    assert b64decode(told["pulse"]).startswith(b"\x1bp")
    (kept,) = await written(program)
    assert (kept["type"], kept["reason"]) == ("drawer_opened", "change")
    assert await program.refused("POST", "/drawer", {"cashier_id": "7"}) == (
        422,
        "not_in_contract",
    )


async def test_a_card_and_a_return_are_told_apart_from_cash(program: Program) -> None:
    await opened(program)
    cart = await program.cart()
    tenders = [{"kind": "card", "amount_minor": 300}, {"kind": "cash", "amount_minor": 98}]
    await program.post(f"/carts/{cart}/complete", {"currency": "EUR", "tenders": tenders})
    line = LINE | {"line_no": 1, "unit": "each", "amount_minor": 50}
    back = {"receipt_no": "x", "lines": [line], "refund_minor": 50, "restock": True}
    await program.post("/returns", back)
    told = await counted(program, {"20000": 1, "48": 1})
    assert told["over_short_minor"] == 0
    report = await program.get("/shifts/x")
    assert (report["refund_minor"], report["tenders"]) == (50, {"card": 300, "cash": 98})
