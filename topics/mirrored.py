"""Topics between the centre and a store with a Kafka of its own: the same names on both sides.

`up.*` are written in that store alone, `down.*` and `ack.*` at the centre alone: no name goes both
ways, so nothing goes round. Each has one partition on either side.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Literal

from topics.changes import StockMovement
from topics.derived import TillStatus
from topics.down import feed_adapter
from topics.events import till_event_adapter
from topics.registry import STOCK_MOVEMENTS, TILL_EVENTS
from topics.topic_spec import (
    DEAD_LETTER_BYTES_MAX,
    DEAD_LETTER_SUFFIX,
    EVENT_BYTES_MAX,
    FOREVER_MS,
    TopicSpec,
)

Side = Literal["store", "centre"]

TILL_EVENTS_UP = "till-events"
STOCK_MOVEMENTS_UP = "stock-movements"
REPORTS_UP = "reports"

UP = (TILL_EVENTS_UP, STOCK_MOVEMENTS_UP, REPORTS_UP)
"""What a store sends, as the topics' names end."""

ADMISSION_ID = "tillstream-admission"
"""Group and transactional id of who admits what stores send: one at a time, the newest."""

REPORT_HEADER = "report"
"""Of each message of `REPORTS_UP`: which kind it is."""

OFFER_REPORT = "offer"

FEEDS_ID = "tillstream-feeds"
"""Group of who reads the centre's topics for stores, and beginning of its transactional ids."""

FEED_WRITERS = 8
"""Transactional ids of who writes feeds: a store's is always by the same of them. So a transaction
has the feeds of some hundred stores at most, and one that hangs holds up an eighth of them."""


UP_BYTES_MAX = 2 * EVENT_BYTES_MAX
"""At the centre: room for what another codec than the gateway's makes of the largest event, and
little enough that what is refused fits into a dead letter."""

PARTITIONS = 1
"""Of each: all that they hold is of one location, in order."""


def up_topic(location_id: str, what: str) -> str:
    """The topic in which a store sends ``what``, one of `UP`."""
    return f"up.{location_id}.{what}"


def up_topics(location_id: str) -> tuple[str, ...]:
    """All that a store sends."""
    return tuple(up_topic(location_id, what) for what in UP)


def inputs_of(location_id: str) -> Mapping[str, str]:
    """What takes the place of inputs in the Kafka of that store, by the name that an input has at
    the centre."""
    return {
        TILL_EVENTS.name: up_topic(location_id, TILL_EVENTS_UP),
        STOCK_MOVEMENTS.name: up_topic(location_id, STOCK_MOVEMENTS_UP),
    }


def down_topics(location_id: str) -> tuple[str, ...]:
    """All that a store is sent: its master data, and what the centre has of its tills."""
    return f"down.{location_id}", f"ack.{location_id}"


def feed_of(topic: str) -> str | None:
    """The location whose feed ``topic`` is; None of others."""
    begin, _, location_id = topic.partition(".")
    return location_id if begin == "down" and location_id else None


def letters_topic(location_id: str, what: str) -> str:
    """What of ``what`` the centre did not admit, at the centre."""
    return up_topic(location_id, what) + DEAD_LETTER_SUFFIX


def specs(location_id: str, side: Side) -> tuple[TopicSpec, ...]:
    """What the topics of a store must be on one side of its link."""
    up = tuple(_at_centre(spec) if side == "centre" else spec for spec in _up(location_id))
    letters = tuple(_letters(location_id, what) for what in UP) if side == "centre" else ()
    return (*up, *down_specs(location_id), *letters)


def _up(location_id: str) -> Iterator[TopicSpec]:
    """In the store: on its disk before they are acknowledged, and stamped by its broker."""
    told = {
        TILL_EVENTS_UP: ("what its tills say", till_event_adapter),
        STOCK_MOVEMENTS_UP: ("what is booked there", StockMovement),
        REPORTS_UP: ("its offers, its devices' and its own status", None),
    }
    for what, (summary, model) in told.items():
        yield TopicSpec(
            up_topic(location_id, what),
            f"From the store {location_id}: {summary}.",
            "location_id",
            model,
            "delete",
            FOREVER_MS,
            stamped_by_broker=True,
            synced=True,
        )


def _at_centre(spec: TopicSpec) -> TopicSpec:
    """The mirror keeps the store's time, and compresses in its own way. Kept for ever: by the
    store's time, what comes after a month in the dark would leave as it comes."""
    return replace(spec, stamped_by_broker=False, message_bytes_max=UP_BYTES_MAX)


def down_specs(location_id: str) -> Iterator[TopicSpec]:
    """What the topics of a store must be in which it is told something, on either side."""
    feed, confirmed = down_topics(location_id)
    yield TopicSpec(
        feed,
        f"Master data of the store {location_id}, by ascending versions.",
        "kind/id, or head",
        feed_adapter,
        "compact",
        FOREVER_MS,
        message_bytes_max=DEAD_LETTER_BYTES_MAX,
    )
    yield TopicSpec(
        confirmed,
        f"What the centre has of the tills of the store {location_id}.",
        "till_id",
        TillStatus,
        "compact",
        FOREVER_MS,
        message_bytes_max=DEAD_LETTER_BYTES_MAX,
    )


def _letters(location_id: str, what: str) -> TopicSpec:
    return TopicSpec(
        letters_topic(location_id, what),
        f"Messages of {up_topic(location_id, what)} that the centre did not admit.",
        "as received",
        None,
        "delete",
        FOREVER_MS,
        message_bytes_max=DEAD_LETTER_BYTES_MAX,
    )


def told_by(topic: str) -> tuple[str, str] | None:
    """The location whose store sends ``topic``, and what it sends there; None of others."""
    begin, _, rest = topic.partition(".")
    location_id, _, what = rest.rpartition(".")
    return (location_id, what) if begin == "up" and location_id and what in UP else None


def stands_for(topic: str) -> str | None:
    """The input whose place ``topic`` takes in a store; None of others."""
    told = told_by(topic)
    usual = {TILL_EVENTS_UP: TILL_EVENTS.name, STOCK_MOVEMENTS_UP: STOCK_MOVEMENTS.name}
    return usual.get(told[1]) if told else None


def links_among(topics: Iterable[str]) -> Mapping[str, Side]:
    """The stores whose topics are among ``topics``, and on which side of their links these are."""
    names = frozenset(topics)
    return {
        told[0]: "centre" if letters_topic(*told) in names else "store"
        for told in filter(None, map(told_by, names))
        if told[1] == TILL_EVENTS_UP
    }
