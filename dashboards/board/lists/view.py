"""The part of a long table that a page draws: some hundreds of rows, and places for the others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from multidict import MultiMapping

from dashboards.board.lists.listings import PAGE_ROWS, Listing
from dashboards.board.lists.load import load
from dashboards.board.live.keys import Key
from dashboards.board.live.viewers import SLOTS_MAX, Viewer
from dashboards.board.state import Board
from dashboards.board.words.scene import Scene, Shown
from dashboards.board.words.show import show


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


async def more_rows(board: Board, viewer: Viewer, listing: Listing, page: int) -> list[Shown]:
    """The rows of one more page."""
    keys = listing.keys(page)
    await load(board, keys)
    return _draw(board, viewer, board.scene(viewer.locale), listing, page, keys)


def _draw(
    board: Board, viewer: Viewer, scene: Scene, listing: Listing, page: int, keys: Sequence[Key]
) -> list[Shown]:
    """No waiting between these two: what changes after the one is told because of the other."""
    board.viewers.show(viewer, (listing.kind, page), keys)
    shown = (show(scene, key) for key in keys)
    # One that was cleared meanwhile has left the list.
    return [each for each in shown if not each.gone]
