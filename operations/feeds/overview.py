"""What the centre has told each store, and what each has said that it has."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import ValidationError

from clients.kafka import KafkaAccess
from operations.feeds.heads import heads
from operations.kafka.reader import TopicReader
from topics.down import FeedHead
from topics.for_stores import STORE_STATUS
from topics.store_status import StoreStatus


class StoreFeed(NamedTuple):
    """One store's. ``version`` is its feed's, 0 before the first row; ``rows`` what it should have.

    The others are by its own word, and None where it has said nothing of this feed: the version
    that it has applied, when it said so, whether it has exactly what the feed says, and how many
    rows it keeps aside. ``lacks`` counts the changes that it has not reported, and all its rows
    where it has reported none.
    """

    location_id: str
    version: int
    rows: int
    lacks: int
    applied_version: int | None = None
    reported_at: datetime | None = None
    is_whole: bool | None = None
    set_aside: int | None = None


def overview(kafka: KafkaAccess) -> list[StoreFeed]:
    """All stores with a feed, by location; raises `operations.errors.OperationError`."""
    found = heads(kafka)
    said = _said(kafka)
    return [feed_of_store(each, head, said.get(each)) for each, head in found.items()]


def feed_of_store(location_id: str, head: FeedHead | None, status: StoreStatus | None) -> StoreFeed:
    """What the newest head and the store's newest word come to. Pure."""
    if head is None:
        return StoreFeed(location_id, 0, 0, 0)
    rows = sum(head.rows.values())
    if status is None or status.feed != head.feed:
        return StoreFeed(location_id, head.version, rows, rows)
    is_beyond = status.applied_version > head.version
    is_current = status.applied_version == head.version == status.head_version
    return StoreFeed(
        location_id,
        head.version,
        rows,
        max(0, head.version - status.applied_version),
        status.applied_version,
        status.reported_at,
        False if is_beyond else status.is_whole if is_current else None,
        status.set_aside,
    )


def _said(kafka: KafkaAccess) -> Mapping[str, StoreStatus]:
    """The newest word of each store; what nobody can read is as if it had not been said."""
    found: dict[str, StoreStatus] = {}
    with TopicReader(kafka, [STORE_STATUS.name]) as reader:
        for record in reader:
            try:
                told = StoreStatus.model_validate_json(record.value or b"")
            except ValidationError:
                continue
            found[told.location_id] = told
    return found


def lines(found: Sequence[StoreFeed]) -> Iterator[str]:
    """For people."""
    for each in found:
        yield f"{each.location_id:<20} version {each.version:<9} {each.rows:>7} rows  {_word(each)}"
    yield f"{len(found) or 'no'} stores with a feed"


def _word(each: StoreFeed) -> str:
    if each.reported_at is None:
        return "has not said how far it is"
    when = f"{each.reported_at:%Y-%m-%d %H:%M:%S} UTC"
    aside = f", keeps {each.set_aside} aside" if each.set_aside else ""
    if each.lacks:
        return f"lacks {each.lacks} changes at {when}{aside}"
    if each.is_whole is False:
        return f"HAS SOMETHING ELSE at {when}{aside}"
    return f"has all at {when}{aside}"
