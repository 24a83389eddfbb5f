"""The part of a long table that a page draws: some hundreds of rows, places for the others, and
more rows as those come into view."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aiohttp import web
from multidict import MultiMapping

from dashboards.board.live.board import Board
from dashboards.board.live.keys import Key
from dashboards.board.live.listings import PAGE_ROWS, Listing
from dashboards.board.live.load import load
from dashboards.board.live.scene import Scene, Shown
from dashboards.board.live.viewers import SLOTS_MAX, Viewer
from dashboards.board.live.visit import Visit

LAST_PAGE = 1_000_000
"""No list has as many pages."""


@dataclass(frozen=True, slots=True)
class View:
    """A listing, and the pages of it that are drawn."""

    listing: Listing
    drawn: dict[int, list[Shown]]

    @property
    def total(self) -> int:
        """Rows in all."""
        return len(self.listing.idents)

    @property
    def first(self) -> int:
        """The first page that is drawn."""
        return min(self.drawn)

    def bodies(self) -> Iterator[tuple[int, int, list[Shown] | None]]:
        """Every page in order: its number, the index of its first row, and its rows if drawn."""
        for page in range(1, self.listing.pages + 1):
            yield page, (page - 1) * PAGE_ROWS + 1, self.drawn.get(page)


def asked_pages(texts: Sequence[str], pages: int) -> list[int]:
    """Page numbers of an address, brought within what there is; 1 where there are none."""
    # Longer than any page number: turning it into one would be work for nothing.
    told = (text for text in texts[:SLOTS_MAX] if len(text) < 10)
    asked = (int(text) for text in told if text.isascii() and text.isdigit())
    return sorted({min(max(1, page), pages) for page in asked}) or [1]


async def view_of(board: Board, viewer: Viewer, listing: Listing, query: MultiMapping[str]) -> View:
    """Load the pages that are asked for, and have the viewer told of their rows from now on."""
    pages = asked_pages(query.getall("page", []), listing.pages)
    keys = {page: listing.keys(page) for page in pages}
    await load(board, [key for page in pages for key in keys[page]])
    board.viewers.clear(viewer)
    scene = board.scene(viewer.locale)
    return View(
        listing, {page: _draw(board, viewer, scene, listing, page, keys[page]) for page in pages}
    )


def _draw(
    board: Board, viewer: Viewer, scene: Scene, listing: Listing, page: int, keys: Sequence[Key]
) -> list[Shown]:
    """No waiting between these two: what changes after the one is told because of the other."""
    board.viewers.show(viewer, (listing.kind, page), keys)
    shown = (board.artist.show(scene, key) for key in keys)
    # One that was cleared meanwhile has left the list.
    return [each for each in shown if not each.gone]


async def rows(request: web.Request) -> web.Response:
    """One page of rows. 204 and an event where the order is no longer kept: the list is fetched."""
    visit = Visit(request)
    listing = visit.board.listings.get(request.query.get("list", ""))
    viewer = visit.viewer([])
    (page,) = asked_pages(request.query.getall("page", [])[:1], LAST_PAGE)
    if listing is None or page > listing.pages:
        return web.Response(status=204, headers={"HX-Trigger": "stale"})
    for dropped in asked_pages(request.query.getall("drop", []), listing.pages):
        visit.board.viewers.drop(viewer, (listing.kind, dropped))
    keys = listing.keys(page)
    await load(visit.board, keys)
    drawn = _draw(visit.board, viewer, visit.board.scene(viewer.locale), listing, page, keys)
    first = (page - 1) * PAGE_ROWS + 1
    shown = {"listing": listing, "page": page, "first": first, "rows": drawn}
    return visit.page("live/rows.html", viewer, shown)


ROUTES = [web.get("/rows", rows)]
