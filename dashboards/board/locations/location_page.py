"""One location: today's sales, its tills, and its stock."""

from functools import partial

from aiohttp import web

from clients.statements import statement
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.rows import LastSale
from dashboards.board.live.board import Board
from dashboards.board.live.keys import Key, stock_list, till_list
from dashboards.board.live.scene import Shown
from dashboards.board.live.view import view_of
from dashboards.board.live.visit import Visit, is_identifier, message
from dashboards.board.locations.hours import divisor_of, hours_of
from dashboards.board.stock.choice import SHOWS, SORTS, StockWish, choose
from dashboards.board.stock.in_transit import on_the_way, way_words

DAYS_DEFAULT, DAYS_MAX = 14, 365
"""Days without a sale that a viewer may ask for; two weeks pass over what sells at weekends."""


async def location(request: web.Request) -> web.Response:
    """The page, or its stock, its tills, or its sales by hour."""
    visit, location_id = Visit(request), request.match_info["location_id"]
    board = visit.board
    await board.ready()
    if not await is_known(board, location_id):
        return unknown(visit, location_id)
    if visit.part == "tills":
        await _learn_last_sales(board, location_id)
        board.viewers.add(visit.viewer([]), _till_keys(board, location_id))
        return visit.page("locations/tills.html", None, {"tills": _tills(visit, location_id)})
    if visit.part == "hours":
        hours = await hours_of(board, visit.words, location_id)
        shown = {"hours": hours, "divisor": divisor_of(board, location_id)}
        return visit.page("locations/hours.html", None, shown)
    return await _with_stock(visit, location_id)


async def _with_stock(visit: Visit, location_id: str) -> web.Response:
    board, wish = visit.board, _wish(visit, location_id)
    fixed = [Key("figures", location_id), Key("hours", location_id)]
    lists = [stock_list(location_id), till_list(location_id)]
    viewer = visit.viewer([*fixed, *lists, *_till_keys(board, location_id)])
    hours = [] if visit.part == "list" else await hours_of(board, visit.words, location_id)
    if visit.part != "list":
        await _learn_last_sales(board, location_id)

    listing = await board.listings.share(
        wish,
        stock_list(location_id),
        lambda sku: Key("stock", location_id, sku),
        partial(choose, board.database, board.memory, wish),
    )
    view = await view_of(board, viewer, listing, visit.request.query)
    shown = {"view": view, "wish": wish, "shows": SHOWS, "sorts": SORTS}
    if visit.part == "list":
        return visit.page("stock/list.html", viewer, shown)
    return visit.page(
        "locations/location.html",
        viewer,
        {
            **shown,
            **way_words(visit, await on_the_way(board, location_id=location_id)),
            "hours": hours,
            "divisor": divisor_of(board, location_id),
            "place": board.memory.place(location_id),
            "figures": board.artist.show(board.scene(visit.locale), fixed[0]),
            "tills": _tills(visit, location_id),
        },
    )


async def _learn_last_sales(board: Board, location_id: str) -> None:
    """Read when each till sold last; nothing while the database is away."""
    sales = await board.database.query_if_there(
        statement(__file__, "last_sales"),
        LastSale,
        location_id=location_id,
        tills=[till.till_id for till in board.memory.tills.at(location_id)],
    )
    board.memory.tills.learn_last_sales(location_id, sales or ())


def _till_keys(board: Board, location_id: str) -> list[Key]:
    return [Key("till", location_id, till.till_id) for till in board.memory.tills.at(location_id)]


def _tills(visit: Visit, location_id: str) -> list[Shown]:
    scene = visit.board.scene(visit.locale)
    return [visit.board.artist.show(scene, key) for key in _till_keys(visit.board, location_id)]


def _wish(visit: Visit, location_id: str) -> StockWish:
    days = visit.request.query.get("days", "")
    return StockWish(
        location_id,
        visit.search(),
        visit.chosen("show", SHOWS),
        visit.chosen("sort", SORTS),
        min(max(1, int(days)), DAYS_MAX)
        if days.isascii() and days.isdigit() and len(days) < 6
        else DAYS_DEFAULT,
    )


async def is_known(board: Board, location_id: str) -> bool:
    """Whether anything is known of the location, by the database as it is now."""
    if not is_identifier(location_id):
        return False
    if location_id not in board.memory.location_ids():
        try:
            await board.snapshot.refresh_places()
        except DatabaseAway:
            return False
    return location_id in board.memory.location_ids()


def unknown(visit: Visit, location_id: str) -> web.Response:
    """That nothing is known of a location, or nothing now."""
    if visit.board.database_source.away_since is not None:
        return message(
            visit,
            "Not known at the moment",
            "PostgreSQL does not answer, and nothing has been heard of a location "
            f"{location_id} since the board started. Try again when it is back.",
            status=503,
        )
    return message(
        visit,
        "Unknown location",
        f"No location has the id {location_id}: none is registered under it, and "
        "nothing has been heard of one.",
        status=404,
    )


ROUTES = [web.get("/locations/{location_id}", location)]
