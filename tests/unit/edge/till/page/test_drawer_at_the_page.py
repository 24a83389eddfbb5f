"""The drawer that the page opens: by the till's printer where there is one, and noted before."""

import asyncio
from pathlib import Path

import pytest

from edge.till.page.scene import PageView
from edge.till.receipts import printer
from edge.till.receipts.escpos_printing import DRAWER_PULSE
from tests.till_pages import PagedTill, paged
from tests.unit.edge.till.tills import until

OPENS = "drawer-for:Check the drawer"


async def opened(till: PagedTill) -> list[str]:
    """Why the drawer was opened, by the journal."""
    return [each["reason"] for each in await till.events() if each["type"] == "drawer_opened"]


async def came(printed: list[bytes]) -> None:
    """Wait for what the printer was sent."""

    async def is_there() -> bool:
        return printed == [DRAWER_PULSE]

    await until(is_there, "the printer was sent no pulse")


async def test_the_printer_opens_the_drawer_once_it_is_noted_why(
    home: Path, paper: tuple[str, list[bytes]]
) -> None:
    address, printed = paper
    async with paged(home, printer=address) as till:
        page = await till.sign_in()
        await till.press(page, "drawer")
        await till.press(page, "drawer-for:")
        assert printed == [], "it opens without a reason"
        await till.press(page, OPENS)
        await came(printed)
        assert await opened(till) == ["Check the drawer"]
        assert till.said == "Noted: Check the drawer."


async def test_an_input_that_is_said_again_opens_no_drawer_twice(
    home: Path, paper: tuple[str, list[bytes]]
) -> None:
    address, printed = paper
    async with paged(home, printer=address) as till:
        page = await till.sign_in()
        for _ in range(2):
            await till.stage.hear(page, "same-key", "button", OPENS)
        await came(printed)
        assert await opened(till) == ["Check the drawer"]
        await asyncio.sleep(0.05)
        assert printed == [DRAWER_PULSE]


async def test_without_a_printer_somebody_opens_it_with_its_key(home: Path) -> None:
    async with paged(home) as till:
        page = await till.sign_in()
        await till.press(page, OPENS)
        assert till.said == "Noted: Check the drawer. Open the drawer."


async def test_a_printer_that_is_away_is_told_of_and_the_reason_is_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printer, "PRINT_SECONDS", 0.2)
    async with paged(home, printer="127.0.0.1:1") as till:
        page = await till.sign_in()
        await till.press(page, OPENS)
        assert "Open the drawer with its key." in till.said
        assert till.stage.scene.view is PageView.DRAWER
        assert await opened(till) == ["Check the drawer"]
