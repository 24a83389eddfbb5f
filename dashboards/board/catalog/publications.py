"""What was saved here, until it came back on its ``cdc.*`` topic. Pure.

A change that is in the database has not reached anybody yet: Debezium reads it from there and
publishes it. Only when the topic has brought it back is it what the rest of the company knows.
"""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from dashboards.board.catalog.fields import Kind, Row
from dashboards.board.catalog.kinds import KINDS
from dashboards.board.feed.recent import Recent
from topics.decoder import Refused

REMEMBERED_MAX = 10_000
"""Rows whose last publication is remembered, at about a kilobyte each. A page of one that was
forgotten says nothing of it, as one that was published before the board started."""

State = Literal["saved", "published"]

TOPICS = {kind.topic: kind for kind in KINDS.values() if kind.topic}
"""Which kind a topic brings."""


@dataclass(frozen=True, slots=True)
class Publication:
    """The last change of a row that the board knows of; ``row`` is None where it was deleted.

    ``saved_by`` and ``saved_at`` are null for one that was made elsewhere, ``published_at`` until
    it came back.
    """

    row: Row | None
    saved_by: str | None = None
    saved_at: datetime | None = None
    published_at: datetime | None = None

    @property
    def state(self) -> State:
        """Whether it came back."""
        return "saved" if self.published_at is None else "published"


@dataclass(frozen=True, slots=True)
class Published:
    """What a topic said of a row: its content, or None for one that was deleted."""

    kind: Kind
    key: str
    row: Row | None


class Publications:
    """By kind and key of the row."""

    def __init__(self) -> None:
        self._last: Recent[tuple[str, str], Publication] = Recent(REMEMBERED_MAX)

    def get(self, kind: str, key: str) -> Publication | None:
        """The last one of a row."""
        return self._last.get((kind, key))

    def expect(self, kind: Kind, key: str, row: Row | None, who: str, now: datetime) -> None:
        """A change that is about to be saved."""
        self._last.set((kind.name, key), Publication(row, who, now))

    def put_back(self, kind: Kind, key: str, before: Publication | None) -> None:
        """It was not saved after all: what was known before holds."""
        if before is None:
            self._last.pop((kind.name, key))
        else:
            self._last.set((kind.name, key), before)

    def heard(self, change: Published, now: datetime) -> None:
        """A topic brought a row. An earlier state of one that was saved since is passed over."""
        place = (change.kind.name, change.key)
        held = self._last.get(place)
        if held is None or held.state == "published":
            self._last.set(place, Publication(change.row, published_at=now))
        elif held.row == change.row:
            self._last.set(place, replace(held, published_at=now))


def read_change(topic: str, key: bytes | None, value: bytes | None) -> Published | None:
    """What a message of a ``cdc.*`` topic says; None where a tombstone says no row by itself.

    Raises `Refused`.
    """
    kind = TOPICS[topic]
    try:
        told: dict[str, Any] | None = None if value is None else json.loads(value)
        if told is None:
            name = (key or b"").decode()
            return Published(kind, name, None) if name and not kind.says_what_is_gone else None
        row = kind.row(told)
        gone = told.get("__deleted") == "true"
        return Published(kind, kind.key_of(row), None if gone else row)
    # A value that is nested some thousand levels deep ends in a RecursionError.
    except (ValueError, TypeError, AttributeError, RecursionError) as fault:
        raise Refused(str(fault)) from fault
