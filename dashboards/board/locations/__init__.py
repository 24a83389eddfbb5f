"""Locations and their tills: who needs help, today's sales, and what was heard of each till."""

from dashboards.board.live.artist import Piece
from dashboards.board.live.keys import KeyKind
from dashboards.board.locations import tills, words

PIECES: dict[KeyKind, Piece] = {
    "summary": Piece("locations/pieces/summary.html", words.show_summary),
    "location": Piece("locations/pieces/location.html", words.show_location),
    "figures": Piece("locations/pieces/figures.html", words.show_figures),
    "till": Piece("locations/pieces/till.html", tills.show_till),
}
