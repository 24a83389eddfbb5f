"""Follows the topics that bring back what was saved here, and marks what shows it."""

from datetime import UTC, datetime, timedelta

from dashboards.board.catalog.kinds import LOCATIONS
from dashboards.board.catalog.publications import TOPICS, Publications, Published, read_change
from dashboards.board.catalog.words import pieces
from dashboards.board.feed.listener import Listener
from dashboards.board.feed.sources import CHANGE_STREAM, FeedSource
from dashboards.board.live.board import Board
from dashboards.board.live.keys import publication_of

CLOCKS_APART = timedelta(minutes=1)
"""How far the clock that stamps changes may be behind the board's. A board serves before it hears
Kafka: what is saved and published meanwhile is read afterwards, and else would be "being
published" for ever. More reads more of what nobody here saved; less misses it by a slow clock."""


def follow(board: Board) -> Publications:
    """What was published, for as long as the board runs."""
    publications = Publications()

    def heard(changes: list[Published]) -> None:
        for change in changes:
            publications.heard(change, datetime.now(UTC))
            board.viewers.mark(publication_of(change.kind.name, change.key))
        if any(change.kind is LOCATIONS for change in changes):
            board.snapshot.hurry()

    # Apart from the derived topics: those are there before Debezium is, and without it.
    quiet = FeedSource(CHANGE_STREAM, lambda: None)
    passed_over = board.metrics.passed_over
    since = datetime.now(UTC) - CLOCKS_APART
    listener = Listener(board.kafka, TOPICS, read_change, heard, quiet, passed_over, since)
    board.work.append(listener.run)
    board.artist.pieces |= pieces(publications)
    return publications
