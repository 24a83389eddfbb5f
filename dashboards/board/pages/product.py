"""One product: where it is, how it sells, and why a level was what it was."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from aiohttp import web

from dashboards.board.feed.database import DatabaseAway
from dashboards.board.lists.load import load
from dashboards.board.lists.view import view_of
from dashboards.board.live.keys import Key, place_list
from dashboards.board.pages.common import Visit, is_identifier, message
from dashboards.board.pages.ledger import ledger_of
from dashboards.board.state import Board
from dashboards.board.words.stock import show_product

DAYS_SHOWN = 28
"""Days of sales: four of each weekday."""


class ProductRow(msgspec.Struct, frozen=True):
    """What the database says of a product."""

    sku: str
    name: str
    category: str
    unit: str
    price_minor: int
    currency: str
    gtin: str | None


class _Place(msgspec.Struct, frozen=True):
    location_id: str


class _Day(msgspec.Struct, frozen=True):
    business_date: date
    quantity: int


async def product(request: web.Request) -> web.Response:
    """The page, or its locations, or the explanation of a level."""
    visit, sku = Visit(request), request.match_info["sku"]
    board = visit.board
    await board.ready()
    row = await _row(board, sku) if is_identifier(sku) else None
    if visit.part == "ledger":
        return visit.page("product/ledger.html", None, await _ledger(visit, sku))
    if row is None and not await _moved(board, sku):
        return _unknown(visit, sku)
    viewer = visit.viewer([Key("product", "", sku), place_list(sku)])

    async def choose() -> Sequence[str]:
        return await _places(board, sku)

    listing = await board.listings.share(
        ("places", sku), place_list(sku), lambda each: Key("place", each, sku), choose
    )
    # The sums on top are of all locations, so all of them are read.
    await load(board, [Key("place", each, sku) for each in listing.idents])
    whole: dict[str, Any] = {}
    if visit.part != "list":
        days = await _days(board, sku, list(listing.idents))
        whole = {**await _ledger(visit, sku), "days": days, "product": row}
    shown: dict[str, Any] = {
        "view": await view_of(board, viewer, listing, request.query),
        "here": visit.here,
        "sku": sku,
    }
    if visit.part == "list":
        return visit.page("product/places.html", viewer, shown)
    figures = show_product(board.scene(visit.locale), sku)
    return visit.page("product/page.html", viewer, {**whole, **shown, "figures": figures})


async def _ledger(visit: Visit, sku: str) -> dict[str, Any]:
    location_id = visit.request.query.get("location", "")
    return await ledger_of(visit, sku, location_id, visit.request.query.get("at", ""))


async def _row(board: Board, sku: str) -> ProductRow | None:
    try:
        rows = await board.database.ask("product", ProductRow, sku=sku)
    except DatabaseAway:
        return None
    return rows[0] if rows else None


async def _moved(board: Board, sku: str) -> bool:
    return is_identifier(sku) and bool(await _places(board, sku))


async def _places(board: Board, sku: str) -> list[str]:
    """The locations that have the product, or whose alert names it, by name."""
    known = board.memory.location_ids()
    heard = {each for each in known if board.memory.level(each, sku) is not None}
    heard |= {each for each in known if sku in board.memory.alerts(each)}
    try:
        rows = await board.database.ask("places_of_sku", _Place, sku=sku, locations=list(known))
        heard |= {row.location_id for row in rows}
    except DatabaseAway:
        pass  # those that are remembered are all there is
    return sorted(heard, key=lambda each: ((board.memory.place(each).name or each).lower(), each))


async def _days(board: Board, sku: str, locations: list[str]) -> list[_Day] | None:
    """Units or grams sold on each of the last days; None while the database is away."""
    today = datetime.now(UTC).date()
    first = today - timedelta(days=DAYS_SHOWN - 1)
    try:
        rows = await board.database.ask(
            "sold_by_day", _Day, sku=sku, locations=locations, since=first
        )
    except DatabaseAway:
        return None
    sold = {row.business_date: row.quantity for row in rows}
    last = max([today, *sold])
    days = (last - first).days + 1
    return [_Day(day, sold.get(day, 0)) for day in (first + timedelta(days=n) for n in range(days))]


def _unknown(visit: Visit, sku: str) -> web.Response:
    if visit.board.database_source.away_since is not None:
        words = f"PostgreSQL does not answer, and nothing has been heard of a SKU {sku} since the "
        return message(visit, "Not known at the moment", words + "board started.", status=503)
    words = f"No product has the SKU {sku}, and nothing of that SKU has moved."
    return message(visit, "Unknown product", words, status=404)


ROUTES = [web.get("/products/{sku}", product)]
