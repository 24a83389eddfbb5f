"""What the centre has said in a store's feed: all of it, and what the store has yet to apply."""

from dataclasses import dataclass

from clients.kafka import KafkaAccess
from operations.kafka.reader import TopicMissing, TopicReader
from operations.reconcile.stores.reading import Applied
from topics.down import FeedHead, FeedKey, read_feed
from topics.mirrored import down_topics


@dataclass(frozen=True, slots=True)
class SaidInFeed:
    """``keys`` stand in it; ``pending`` were said, or said to be gone, after what was applied."""

    keys: frozenset[FeedKey]
    pending: frozenset[FeedKey]


def said(kafka: KafkaAccess, location_id: str, applied: Applied) -> SaidInFeed:
    """Read the feed at the centre; raises `KafkaAway`. Without a topic nothing is said."""
    standing: dict[FeedKey, bool] = {}
    versions: dict[FeedKey, int] = {}
    feed = None
    try:
        with TopicReader(kafka, [down_topics(location_id)[0]]) as messages:
            for message in messages:
                if message.value is None:
                    continue
                try:
                    told = read_feed(message.key or b"", message.value)
                except ValueError:  # of a newer centre: whoever applies it tells of it
                    continue
                if isinstance(told, FeedHead):
                    feed = told.feed
                    continue
                key = FeedKey(told.kind, told.id)
                standing[key] = not hasattr(told, "gone")
                versions[key] = told.version
    except TopicMissing:
        return SaidInFeed(frozenset(), frozenset())
    reached = applied.version if feed in (None, applied.feed) else 0
    return SaidInFeed(
        frozenset(key for key, stands in standing.items() if stands),
        frozenset(key for key, version in versions.items() if version > reached),
    )
