"""Follows the topics that bring back what was saved here, and marks what shows it."""

from datetime import UTC, datetime

from dashboards.board.catalog.kinds import LOCATIONS
from dashboards.board.catalog.publications import TOPICS, Publications, Published, read_change
from dashboards.board.catalog.words import pieces
from dashboards.board.feed.listener import Listener
from dashboards.board.feed.sources import CHANGE_STREAM, FeedSource
from dashboards.board.live.board import Board
from dashboards.board.live.keys import publication_of


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
    board.work.append(Listener(board.kafka, TOPICS, read_change, heard, quiet, passed_over).run)
    board.artist.pieces |= pieces(publications)
    return publications
