"""Receipts at the till's own printer: a device, or a port of the network; and one that takes
nothing holds nobody up."""

import os
import time
from pathlib import Path

import pytest

from edge.till.checkout.terms import CheckoutTerms
from edge.till.receipts import printer
from tests.gateways import Fleet
from tests.unit.edge.till.tills import enrolled, running

CUT = b"\x1dV"


async def test_the_first_print_is_the_receipt_and_the_next_a_copy_that_is_noted(
    tmp_path: Path, paper: tuple[str, list[bytes]]
) -> None:
    address, printed = paper
    enrolled(Fleet(tmp_path), tmp_path / "till")
    terms = CheckoutTerms(printer=address)
    async with running(tmp_path / "till", checkout=terms) as program:
        await program.open_day()
        receipt_no = (await program.sell())["receipt_no"]
        for is_copy in (False, True):
            told = await program.post(f"/receipts/{receipt_no}/prints", {"form": "printer"})
            assert told == {"receipt_no": receipt_no, "copy": is_copy}
        last = (await program.state())["sequence"]
        event = (await program.get(f"/events/1/{last}"))["event"]
    assert (event["kind"], event["detail"]) == ("reprint", {"receipt_no": receipt_no})
    first, again = printed
    assert CUT in first and b"COPY" not in first
    assert b"COPY" in again, "a second original is about"


async def test_a_till_without_a_printer_and_one_whose_printer_is_away_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer, "PRINT_SECONDS", 0.2)
    enrolled(Fleet(tmp_path), tmp_path / "till")
    for address, found in (
        ("", (409, "no_printer")),
        ("127.0.0.1:1", (502, "printer_away")),
        (str(tmp_path / "nosuch"), (502, "printer_away")),
    ):
        terms = CheckoutTerms(printer=address)
        async with running(tmp_path / "till", checkout=terms) as program:
            await program.open_day()
            receipt_no = (await program.sell())["receipt_no"]
            path = f"/receipts/{receipt_no}/prints"
            assert await program.refused("POST", path, {"form": "printer"}) == found


async def test_a_device_without_paper_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer, "PRINT_SECONDS", 0.2)
    device = tmp_path / "lp0"
    os.mkfifo(device)
    reading = os.open(device, os.O_RDONLY | os.O_NONBLOCK)
    try:
        await printer.send(str(device), b"x" * 100)
        assert os.read(reading, 1_000) == b"x" * 100
        began = time.monotonic()
        with pytest.raises(printer.PrinterAway, match="took nothing"):
            await printer.send(str(device), b"x" * 1_000_000)
        assert time.monotonic() - began < 3
    finally:
        os.close(reading)
