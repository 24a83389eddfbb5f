"""Every location in one look: who needs help comes first."""

from collections.abc import Sequence

from aiohttp import web

from dashboards.board.live.board import Board
from dashboards.board.live.keys import OVERVIEW, SUMMARY, Key
from dashboards.board.live.view import view_of
from dashboards.board.live.visit import Visit
from dashboards.board.locations import attention

SHOWS = {"all": "All", "help": "Need help", "silent": "Silent"}


async def overview(request: web.Request) -> web.Response:
    """The list of all locations, the one that needs most attention first."""
    visit = Visit(request)
    board, search = visit.board, visit.search().lower()
    await board.ready()
    wanted = visit.chosen("show", SHOWS)
    viewer = visit.viewer([SUMMARY, OVERVIEW])

    async def choose() -> Sequence[str]:
        return _by_attention(board, visit.locale, search, wanted)

    listing = await board.listings.share(
        ("overview", search, wanted), OVERVIEW, lambda each: Key("location", each), choose
    )
    view = await view_of(board, viewer, listing, request.query)
    shown = {"view": view, "show": wanted, "shows": SHOWS}
    if visit.part == "list":
        return visit.page("locations/overview_list.html", viewer, shown)
    summary = board.artist.show(board.scene(visit.locale), SUMMARY)
    return visit.page("locations/overview.html", viewer, {**shown, "summary": summary})


def _by_attention(board: Board, locale: str, search: str, wanted: str) -> list[str]:
    scene = board.scene(locale)
    urgent = {each: attention.urgency(scene, each) for each in board.memory.location_ids()}
    named = {each: board.memory.name_of(each).lower() for each in urgent}
    found = [each for each in urgent if search in named[each] or search in each.lower()]
    if wanted == "help":
        found = [each for each in found if urgent[each][0]]
    if wanted == "silent":
        found = [each for each in found if scene.state(each) == "silent"]
    by_name = sorted(found, key=lambda each: (named[each], each))
    return sorted(by_name, key=lambda each: urgent[each], reverse=True)


ROUTES = [web.get("/", overview)]
