"""How far stores with a stack of their own are with what the centre tells them.

At the centre they say so themselves (`store.status`); in a store its own replication notes it. Old
prices, rules, offers and lists of devices are what a store has that is far behind.
"""

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from clients.statements import statement
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.listener import Listener
from dashboards.board.feed.rows import StoreWord
from dashboards.board.feed.sources import FeedSource, Wording
from dashboards.board.live.board import Board
from dashboards.board.live.scene import Scene
from dashboards.board.wording.words import NOTHING, span
from topics.decoder import Refused
from topics.for_stores import STORE_STATUS

READ_SECONDS = 10.0
"""How late a store's own page says that something came."""

FROM_THE_START = datetime(1970, 1, 2, tzinfo=UTC)
"""The topic is compacted: each store's last word is in it, however old."""

WORD = Wording("Kafka, for what stores say of themselves,", "How far they are is as last known.")


class _Said(msgspec.Struct, frozen=True):
    location_id: str
    reported_at: datetime
    applied_version: int
    head_version: int | None = None
    is_whole: bool | None = None
    set_aside: int = 0


_decode = msgspec.json.Decoder(_Said).decode


def follow(board: Board) -> None:
    """At the centre: hear what stores say, for as long as the board runs."""

    def heard(words: list[StoreWord]) -> None:
        board.viewers.note_locations(board.memory.learn_store_words(words))

    quiet = FeedSource(WORD, lambda: None)
    topics, passed_over = [STORE_STATUS.name], board.metrics.passed_over
    listener = Listener(board.kafka, topics, read, heard, quiet, passed_over, since=FROM_THE_START)
    board.work.append(listener.run)


def read(topic: str, key: bytes | None, value: bytes | None) -> StoreWord | None:
    """What a message says; None of a tombstone. Raises `Refused`."""
    if value is None:
        return None
    try:
        said = _decode(value)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Refused(f"{topic}: {error}") from error
    return StoreWord(
        said.location_id,
        said.reported_at,
        said.applied_version,
        said.head_version,
        said.is_whole,
        said.set_aside,
    )


async def run_own(board: Board) -> None:
    """In a store: read how far it is, until cancelled."""
    while True:
        with contextlib.suppress(DatabaseAway):
            words = await board.database.query(statement(__file__, "own_store"), StoreWord)
            board.viewers.note_locations(board.memory.learn_store_words(words))
        await asyncio.sleep(READ_SECONDS)


def feed_words(scene: Scene, location_id: str) -> str:
    """What a store has of what the centre tells it, and since when."""
    word = scene.memory.store_words.get(location_id)
    if word is None:
        return NOTHING
    age_seconds = max(0.0, (scene.now - word.told_at).total_seconds())
    return f"{', '.join(_parts(scene, word))}, {span(age_seconds)} ago"


def _parts(scene: Scene, word: StoreWord) -> Iterator[str]:
    count = scene.words.count
    yield f"Version {count(word.applied_version)}"
    if word.head_version is not None and word.head_version > word.applied_version:
        yield f"{count(word.head_version)} is on its way"
    elif word.is_whole is False:
        yield "something else than the centre says"
    elif word.is_whole:
        yield "all of it"
    if word.set_aside:
        yield f"{count(word.set_aside)} rows kept aside"
