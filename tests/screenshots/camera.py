"""Takes the pictures."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from playwright.async_api import Browser
from playwright.async_api import Page as OpenPage

from tests.browser import chromium, visit
from tests.screenshots.pages import PAGES, README, SCHEMES, SIZES, Page, Scheme, Size

README_BYTES_MAX = 250_000
"""Largest picture of the README: more is felt by whoever opens it on a train."""


@dataclass(frozen=True)
class Subject:
    """The board's address, that of one which asks for a sign-in, and what fills in the paths."""

    board: str
    locked: str
    ids: Mapping[str, str]

    def address(self, page: Page) -> str:
        """Of a page."""
        return (self.locked if page.locked else self.board) + page.path.format(**self.ids)


async def take_all(subject: Subject, folder: Path) -> None:
    """Every page in every size and scheme, as ``folder/<page>-<size>-<scheme>.png``."""
    async with chromium() as browser:
        for size in SIZES:
            for page in PAGES:
                await _take(browser, subject.address(page), page, size, folder)


async def take_for_readme(subject: Subject, folder: Path) -> None:
    """One screen of each picture in `README`; AssertionError where one is too large."""
    pages, sizes = {page.name: page for page in PAGES}, {size.name: size for size in SIZES}
    async with chromium() as browser:
        for name, size_name, scheme in README:
            page, size = pages[name], replace(sizes[size_name], screens=1)
            for path in await _take(browser, subject.address(page), page, size, folder, [scheme]):
                assert path.stat().st_size <= README_BYTES_MAX, f"{path.name} is too large"


async def _take(
    browser: Browser,
    address: str,
    page: Page,
    size: Size,
    folder: Path,
    schemes: Iterable[Scheme] = SCHEMES,
) -> list[Path]:
    window = {"width": size.width, "height": size.height}
    paths: dict[Scheme, Path] = {
        scheme: folder / f"{page.name}-{size.name}-{scheme}.png" for scheme in schemes
    }
    async with visit(browser, address, viewport=window, reduced_motion="reduce") as seen:
        await seen.page.goto(address)
        if await seen.page.locator("#stream").count():
            await seen.page.locator('[data-line="live"]').wait_for()
        for scheme, path in paths.items():
            await seen.page.emulate_media(color_scheme=scheme)
            await _shoot(seen.page, size, path)
    return list(paths.values())


async def _shoot(page: OpenPage, size: Size, path: Path) -> None:
    # Charts are drawn anew in the colours of the scheme, a frame later.
    await page.evaluate("() => new Promise((drawn) => setTimeout(drawn, 300))")
    length: int = await page.evaluate("document.documentElement.scrollHeight")
    height = max(size.height, min(length, size.height * size.screens))
    await page.screenshot(
        path=path,
        full_page=True,
        clip={"x": 0, "y": 0, "width": size.width, "height": height},
        animations="disabled",
    )
