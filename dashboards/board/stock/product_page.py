"""One product: where it is, how it sells, and why a level was what it was."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from clients.statements import statement
from dashboards.board.live.board import Board
from dashboards.board.live.keys import Key, place_list
from dashboards.board.live.load import load
from dashboards.board.live.view import view_of
from dashboards.board.live.visit import Visit, is_identifier, message
from dashboards.board.stock.in_transit import on_the_way, way_words
from dashboards.board.stock.ledger import ledger_of

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
        return visit.page("stock/ledger.html", None, await _ledger(visit, sku))
    if row is None and not await _moved(board, sku):
        return _unknown(visit, sku)
    figures_key = Key("product", "", sku)
    viewer = visit.viewer([figures_key, place_list(sku)])

    listing = await board.listings.share(
        ("places", sku),
        place_list(sku),
        lambda each: Key("place", each, sku),
        partial(_places, board, sku),
    )
    # The sums on top are of all locations, so all of them are read.
    await load(board, [Key("place", each, sku) for each in listing.idents])
    whole: dict[str, Any] = {}
    if visit.part != "list":
        days = await _days(board, sku, list(listing.idents))
        ways = await on_the_way(board, sku=sku)
        whole = {**await _ledger(visit, sku), "days": days, "product": row}
        whole |= way_words(visit, ways)
    shown: dict[str, Any] = {
        "view": await view_of(board, viewer, listing, request.query),
        "sku": sku,
    }
    if visit.part == "list":
        return visit.page("stock/places.html", viewer, shown)
    figures = board.artist.show(board.scene(visit.locale), figures_key)
    return visit.page("stock/product.html", viewer, {**whole, **shown, "figures": figures})


async def _ledger(visit: Visit, sku: str) -> dict[str, Any]:
    location_id = visit.request.query.get("location", "")
    return await ledger_of(visit, sku, location_id, visit.request.query.get("at", ""))


async def _row(board: Board, sku: str) -> ProductRow | None:
    ask = board.database.query_if_there
    rows = await ask(statement(__file__, "product"), ProductRow, sku=sku)
    return rows[0] if rows else None


async def _moved(board: Board, sku: str) -> bool:
    return is_identifier(sku) and bool(await _places(board, sku))


async def _places(board: Board, sku: str) -> list[str]:
    """The locations that have the product, or whose alert names it, by name."""
    known = board.memory.location_ids()
    heard = {each for each in known if board.memory.levels.get(each, sku) is not None}
    heard |= {each for each in known if sku in board.memory.alerts(each)}
    ask = board.database.query_if_there
    question = statement(__file__, "places_of_sku")
    rows = await ask(question, dict[str, str], sku=sku, locations=list(known))
    # While the database is away, those that are remembered are all there is.
    heard |= {row["location_id"] for row in rows or ()}
    return sorted(heard, key=lambda each: ((board.memory.name_of(each)).lower(), each))


async def _days(board: Board, sku: str, locations: list[str]) -> list[_Day] | None:
    """Units or grams sold on each of the last days; None while the database is away."""
    today = datetime.now(UTC).date()
    first = today - timedelta(days=DAYS_SHOWN - 1)
    ask, question = board.database.query_if_there, statement(__file__, "sold_by_day")
    rows = await ask(question, _Day, sku=sku, locations=locations, since=first)
    if rows is None:
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
