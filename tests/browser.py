"""A real Chromium for the tests, and what it noticed while a page was open."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Request, async_playwright, expect

from dashboards.board import vendor

FLAGS = (
    "--no-sandbox",  # containers have no user namespaces to make one from
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PATIENCE_MS = 60_000
"""How long anything may take before a test gives up on it: a limit, not an expectation."""

expect.set_options(timeout=PATIENCE_MS)  # its own five seconds are short on a busy machine

AXE = vendor.FILES / "axe.min.js"
"""Deque's rules of accessibility, as `make setup` installs them."""

_RUN_AXE = """async (options) => (await axe.run(options)).violations.flatMap(
    ({id, help, nodes}) => nodes.map(({html, failureSummary}) =>
        `${id}: ${help}: ${html.slice(0, 200)}: ${failureSummary}`))"""

_RULES_OF_COLOUR = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""All that can turn out otherwise in the dark, where nothing but colours differ: see
`tests/house/test_colours.py`. The other rules would take as long again."""

_SCHEMES: tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...] = (
    ("light", {}),
    ("dark", _RULES_OF_COLOUR),
)

_END_TRANSITIONS = """() => document.getAnimations().forEach(each => {
    if (each.effect.getComputedTiming().endTime !== Infinity) each.finish() })"""
"""Colours half-way between two are read by nobody, and have no contrast that means anything."""


@dataclass
class Visit:
    """An open page, with the faults its console told and the addresses it asked elsewhere."""

    page: Page
    address: str
    faults: list[str] = field(default_factory=list[str])
    outside: list[str] = field(default_factory=list[str])

    async def go(self, path: str) -> None:
        """Open a page of the board and wait until it is live."""
        await self.page.goto(self.address + path)
        await self.page.locator('[data-line="live"]').wait_for()

    async def cell(self, row: str, name: str) -> str:
        """The text of a cell; ``row`` is the id of its row."""
        return (await self._cell(row, name).text_content() or "").strip()

    async def shows(self, row: str, name: str, text: str, timeout_ms: float = PATIENCE_MS) -> None:
        """Wait until a cell reads ``text``; fails where it does not in time."""
        exact = self.page.get_by_text(text, exact=True)
        await self._cell(row, name).and_(exact).wait_for(timeout=timeout_ms, state="attached")

    async def mark(self) -> None:
        """Leave something in the page that a reload would wipe away; see `was_reloaded`."""
        await self.page.evaluate("window.marked = true")

    async def was_reloaded(self) -> bool:
        """Whether the page was loaded anew since `mark`."""
        return not await self.page.evaluate("window.marked === true")

    async def breaches(self) -> list[str]:
        """What axe finds wrong with the page as it is, light and dark; empty where it is good."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE.read_text())
        found: list[str] = []
        for scheme, rules in _SCHEMES:
            await self.page.emulate_media(color_scheme=scheme)
            await self.page.evaluate(_END_TRANSITIONS)
            for breach in await self.page.evaluate(_RUN_AXE, rules):
                found.append(f"{scheme}: {breach}")
        return found

    def _cell(self, row: str, name: str) -> Any:
        return self.page.locator(f'[id="{row}"] [data-cell="{name}"]')


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """The system's Chromium for the length of a block."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("no chromium on the path: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def visit(browser: Browser, address: str, **context: Any) -> AsyncGenerator[Visit]:
    """A page for the board at ``address``; ``context`` as for playwright's ``new_context``."""
    visitor = await browser.new_context(**context)
    visitor.set_default_timeout(PATIENCE_MS)
    page = await visitor.new_page()
    seen = Visit(page, address)

    def note_request(request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(address).netloc:
            seen.outside.append(request.url)

    page.on("request", note_request)
    page.on("pageerror", lambda error: seen.faults.append(str(error)))
    page.on("console", lambda said: seen.faults.append(said.text) if said.type == "error" else None)
    try:
        yield seen
    finally:
        await visitor.close()
