"""Receipts at a till's calls: by number, laid out, printed once, and then as copies."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from edge.till.checkout.terms import CheckoutTerms
from edge.till.receipts.proofs import read_proof
from tests.unit.edge.bundle.catalogs import product
from tests.unit.edge.till.test_selling import written
from tests.unit.edge.till.tills import Program, paid, running, sells

HEADING = CheckoutTerms(heading=("Corner Shop", "1 High Street"))


@pytest.fixture
async def program(home: Path) -> AsyncIterator[Program]:
    sells(home, product("tea", gtin="4006381333931", name="Tea & <b>more</b>", price_minor=199))
    async with running(home, checkout=HEADING) as opened:
        await opened.open_day()
        yield opened


async def printed(program: Program, receipt_no: str, key: str = "", **fields: Any) -> Any:
    """Bytes, type, and whether it is a copy."""
    body = msgspec.json.encode({"form": "escpos"} | fields)
    headers = {"Idempotency-Key": key or str(uuid4())}
    async with program.session.post(
        f"/till/v1/receipts/{receipt_no}/prints", data=body, headers=headers
    ) as answer:
        content = await answer.read()
        assert answer.status == 200, content
        return content, answer.content_type, answer.headers["Tillstream-Copy"] == "true"


async def reprints(program: Program) -> list[Any]:
    return [each for each in await written(program) if each.get("kind") == "reprint"]


async def test_a_receipt_is_shown_by_its_number(program: Program) -> None:
    sold = await program.sell()
    told = await program.get(f"/receipts/{sold['receipt_no']}")
    text = "\n".join(line["text"] for line in told["lines"])
    assert "Corner Shop" in text and "Tea & <b>more</b>" in text and "3.98" in text
    assert told["short_hash"].replace(" ", "") == sold["hash"][:16]
    assert told["short_hash"] in text and not told["copy"]
    assert told["event"]["lines"][0]["line_no"] == 1


async def test_its_code_proves_it_by_the_tills_key_alone(program: Program) -> None:
    sold = await program.sell()
    told = await program.get(f"/receipts/{sold['receipt_no']}")
    identity = program.premises.identity
    assert identity is not None
    key = identity.till.key.public_key()
    proof = read_proof(told["qr"])
    assert proof.holds(key) and proof.holds_of(key, told["event"])
    assert not proof.holds_of(key, told["event"] | {"total_minor": 1})
    async with program.session.get(f"/till/v1/receipts/{sold['receipt_no']}/code") as answer:
        assert (answer.status, answer.content_type) == (200, "image/svg+xml")
        assert b"<svg" in await answer.read()


async def test_the_second_print_is_a_copy_and_noted(program: Program) -> None:
    receipt_no = (await program.sell())["receipt_no"]
    first, kind, is_copy = await printed(program, receipt_no, cashier_id="7")
    assert (kind, is_copy) == ("application/octet-stream", False)
    assert b"3.98" in first and b"COPY" not in first
    assert await reprints(program) == []
    again, _, is_copy = await printed(program, receipt_no, cashier_id="7")
    assert is_copy and again.count(b"*** COPY ***") == 2
    (note,) = await reprints(program)
    assert (note["detail"], note["cashier_id"]) == ({"receipt_no": receipt_no}, "7")
    assert (await program.get(f"/receipts/{receipt_no}"))["copy"]


async def test_a_page_that_heard_no_answer_prints_the_original_again(program: Program) -> None:
    receipt_no = (await program.sell())["receipt_no"]
    first, again = [await printed(program, receipt_no, key="print-1") for _ in range(2)]
    assert first == again and not again[2] and await reprints(program) == []


async def test_of_two_pages_that_print_one_has_the_original(program: Program) -> None:
    receipt_no = (await program.sell())["receipt_no"]
    told = await asyncio.gather(*(printed(program, receipt_no) for _ in range(4)))
    assert sorted(is_copy for _, _, is_copy in told) == [False, True, True, True]
    assert len(await reprints(program)) == 3


async def test_what_is_printed_after_a_crash_is_a_copy(home: Path) -> None:
    async with running(home) as program:
        await program.open_day()
        receipt_no = (await program.sell())["receipt_no"]
    async with running(home) as program:
        content, _, is_copy = await printed(program, receipt_no)
        assert is_copy and b"*** COPY ***" in content
        assert len(await reprints(program)) == 1


async def test_a_page_and_lines_are_printed_too(program: Program) -> None:
    receipt_no = (await program.sell())["receipt_no"]
    content, kind, _ = await printed(program, receipt_no, form="pdf")
    assert kind == "application/pdf" and content.startswith(b"%PDF")
    content, kind, is_copy = await printed(program, receipt_no, form="lines", columns=48)
    assert kind == "application/json" and is_copy
    assert any("COPY" in line["text"] for line in msgspec.json.decode(content)["lines"])


async def test_returns_and_training_have_receipts_without_a_code(program: Program) -> None:
    cart_id = await program.cart(training=True)
    trained = (await program.post(f"/carts/{cart_id}/complete", paid(398)))["receipt_no"]
    line = {"line_no": 1, "sku": "tea", "quantity": 1, "unit": "each", "unit_price_minor": 199}
    back = {"receipt_no": "till-3-1-1", "lines": [line | {"amount_minor": 199}]}
    told = await program.post("/returns", back | {"refund_minor": 199, "restock": True})
    for number, words in ((trained, "TRAINING"), (told["return_id"], "RETURN")):
        shown = await program.get(f"/receipts/{number}")
        assert any(words in line["text"] for line in shown["lines"]), number
        assert shown["qr"] == ""
        assert await program.refused("GET", f"/receipts/{number}/code") == (409, "unprintable")


async def test_each_of_many_sales_is_found_among_other_events(program: Program) -> None:
    numbers = []
    for _ in range(9):
        numbers.append((await program.sell())["receipt_no"])
        await program.cart(training=True)
    for number in numbers:
        assert (await program.get(f"/receipts/{number}"))["receipt_no"] == number


@pytest.mark.parametrize(
    "receipt_no",
    ["till-3-1-2", "till-3-1-0", "till-3-2-1", "till-4-1-1", "x", "1-1", "till-3-1-T1",
     "till-3-1-R1", "till-3-1-" + "9" * 40, "till-3-\u0661-1", "--"],
)  # fmt: skip
async def test_a_number_that_the_till_does_not_have_is_said_so(
    program: Program, receipt_no: str
) -> None:
    await program.sell()
    assert await program.refused("GET", f"/receipts/{receipt_no}") == (404, "no_such_receipt")
    body = {"form": "escpos"}
    assert await program.refused("POST", f"/receipts/{receipt_no}/prints", body) == (
        404,
        "no_such_receipt",
    )
