"""How soon a page shows something: ``python -m benchmarks.first_paint``.

A broker, a PostgreSQL full of levels and one board process of its own, and a real Chromium that
has seen nothing before. Told is the browser's own first contentful paint, from the click on: the
answer, the page, its style and its scripts.
"""

import json
import shutil
import sys
from dataclasses import asdict, dataclass
from statistics import median
from typing import Annotated

import typer
from playwright.sync_api import Browser, sync_playwright

from benchmarks.scratch import scratch
from benchmarks.viewers_changes import Chain
from benchmarks.viewers_world import own_world
from clients.postgres import PostgresAccess
from clients.statements import statement

PROMISED_MS = 1_000
"""A page that takes longer makes people wonder whether it works."""

PATHS = (
    "/",
    "/locations/shop-0000",
    "/locations/shop-0001?show=below&sort=least",
    "/products/sku-000000",
    "/alerts",
    "/totals",
    "/totals?by=till",
)

FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")

_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
_ANSWER = "performance.getEntriesByType('navigation')[0].responseEnd"


@dataclass(frozen=True, slots=True)
class Painted:
    """One page: when its answer was there, and when something was to be seen."""

    path: str
    answer_ms: float
    paint_ms: float
    slowest_ms: float


def main(
    locations: Annotated[int, typer.Option(min=2, help="Shops.")] = 200,
    skus: Annotated[int, typer.Option(min=100, help="Products of each shop.")] = 1_500,
    loads: Annotated[int, typer.Option(min=1, help="Loads of each page; the median counts.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print an object for programs.")] = False,
) -> None:
    """Measure. Exit status 1 if a page's median paint takes more than a second."""
    chain = Chain(locations, skus)
    with scratch("first-paint") as folder, own_world(folder, chain, _fill) as world:
        told = _visit(world.board, loads)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in told], indent=2))
    else:
        typer.echo(_table(told, locations * skus))
    if any(each.paint_ms > PROMISED_MS for each in told):
        sys.exit(1)


def _fill(dsn: str, chain: Chain) -> None:
    with PostgresAccess(dsn).connect(autocommit=True) as connection:
        connection.execute(statement(__file__, "first_paint"))
        connection.execute("ANALYZE")


def _visit(board: str, loads: int) -> list[Painted]:
    chromium = shutil.which("chromium")
    if chromium is None:
        raise typer.BadParameter("no chromium on the path: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            # Its own start is not the board's.
            _load(browser, f"{board}/live")
            return [_painted(browser, board, path, loads) for path in PATHS]
        finally:
            browser.close()


def _painted(browser: Browser, board: str, path: str, loads: int) -> Painted:
    taken = [_load(browser, board + path) for _ in range(loads)]
    answers, paints = zip(*taken, strict=True)
    return Painted(path, round(median(answers), 1), round(median(paints), 1), round(max(paints), 1))


def _load(browser: Browser, address: str) -> tuple[float, float]:
    """When the answer was there and when it was painted, for who comes for the first time."""
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(address, wait_until="load")
        page.wait_for_function(f"() => {_PAINT} !== null")
        return float(page.evaluate(_ANSWER)), float(page.evaluate(_PAINT))
    finally:
        context.close()


def _table(told: list[Painted], levels: int) -> str:
    lines = [f"{levels:,} levels; median, and slowest paint", ""]
    lines += [
        f"{each.path:<44} answer {each.answer_ms:6.0f} ms, paint {each.paint_ms:6.0f} ms, "
        f"slowest {each.slowest_ms:6.0f} ms"
        for each in told
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    typer.run(main)
