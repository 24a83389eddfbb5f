"""From changes to viewers: what changed is drawn once, and handed to everyone who looks at it.

A viewer that takes messages slower than they come is told to fetch the page again instead:
memory is bounded by viewers times `MESSAGES_MAX`, however long one of them sleeps.
"""

import asyncio
import json
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Row, changed_at
from dashboards.board.live.scopes import Key, places_of, places_of_location
from dashboards.board.metrics import BoardMetrics
from dashboards.board.words.cells import Shown, show

PAUSE_SECONDS = 0.1
"""Between two messages to a viewer. Shorter costs a redraw nobody sees; with longer, a change
that falls into a pause is felt as late."""

ROWS_MAX = 500
"""Rows in one message; where more changed, fetching the page is less than telling them."""

MESSAGES_MAX = 50
"""Messages that wait for one viewer: five seconds of a busy location. A phone that hiccups
keeps up; one that sleeps costs some megabytes at most before it is told to fetch."""


class Message(NamedTuple):
    """A server-sent event."""

    event: str
    data: str


class Viewer:
    """The messages that wait for one open page."""

    def __init__(self, resync: Callable[[], Message]) -> None:
        self._resync = resync
        self._waiting: asyncio.Queue[Message | None] = asyncio.Queue(MESSAGES_MAX)

    def offer(self, message: Message | None) -> None:
        """Queue a message, None as the last. Where the queue is full all of it gives way."""
        if self._waiting.full():
            while not self._waiting.empty():
                self._waiting.get_nowait()
            self._waiting.put_nowait(self._resync())
        self._waiting.put_nowait(message)

    async def next(self) -> Message | None:
        """The next message; None when there will be no more."""
        return await self._waiting.get()


class Hub:
    """Viewers by what they look at, and what changed there since they were last told."""

    def __init__(self, memory: Memory, metrics: BoardMetrics) -> None:
        self._memory = memory
        self._metrics = metrics
        self._viewers: dict[str, set[Viewer]] = {}
        self._changed: dict[str, dict[Key, datetime | None]] = {}
        self._something = asyncio.Event()
        self._notices: list[str] = []
        self.run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
        """Names this run of the board: turns of another run mean nothing."""

    @contextmanager
    def viewing(self, scope: str) -> Generator[Viewer]:
        """A viewer of ``scope`` for the length of a block."""
        viewer = Viewer(self.resync)
        self._viewers.setdefault(scope, set()).add(viewer)
        self._metrics.viewers.inc()
        try:
            yield viewer
        finally:
            self._metrics.viewers.dec()
            self._viewers[scope].discard(viewer)
            if not self._viewers[scope]:
                del self._viewers[scope]
                self._changed.pop(scope, None)

    def note(self, rows: Iterable[Row]) -> None:
        """Rows have changed."""
        if self._viewers:
            for row in rows:
                self._mark(places_of(row), changed_at(row))

    def note_locations(self, location_ids: Iterable[str]) -> None:
        """Names of locations have changed."""
        for location_id in location_ids:
            self._mark(places_of_location(location_id), None)

    def tell_notices(self, notices: list[str]) -> None:
        """Tell everyone what is away; an empty list, that nothing is."""
        self._notices = notices
        self._tell(self._message("notices", {"notices": notices}))

    def close(self) -> None:
        """End every stream."""
        self._tell(None)

    def _tell(self, message: Message | None) -> None:
        for viewers in self._viewers.values():
            for viewer in viewers:
                viewer.offer(message)

    def hello(self) -> Message:
        """What a stream begins with: a page of another turn has missed something."""
        return self._message("hello", {"notices": self._notices})

    def resync(self) -> Message:
        """Fetch the page again."""
        return self._message("resync", {})

    def beat(self) -> Message:
        """The stream is alive."""
        return self._message("beat", {})

    async def run(self) -> None:
        """Tell viewers what changed, at most every `PAUSE_SECONDS`."""
        while True:
            await self._something.wait()
            self._something.clear()
            changed, self._changed = self._changed, {}
            for scope, keys in changed.items():
                self._push(scope, keys)
            await asyncio.sleep(PAUSE_SECONDS)

    def _mark(self, places: Iterable[tuple[str, Key]], at: datetime | None) -> None:
        for scope, key in places:
            if scope in self._viewers:
                self._changed.setdefault(scope, {})[key] = at
                self._something.set()

    def _push(self, scope: str, keys: dict[Key, datetime | None]) -> None:
        viewers = self._viewers.get(scope, set())
        message = self.resync() if len(keys) > ROWS_MAX else self._rows(keys)
        for viewer in viewers:
            viewer.offer(message)
        now = datetime.now(UTC)
        ages = [(now - at).total_seconds() for at in keys.values() if at is not None]
        self._metrics.pushed_rows(ages, len(viewers))

    def _rows(self, keys: Iterable[Key]) -> Message:
        now = datetime.now(UTC)
        rows = [_plain(show(self._memory, key, now)) for key in keys]
        return self._message("rows", {"rows": rows})

    def _message(self, event: str, data: dict[str, object]) -> Message:
        now_ms = int(datetime.now(UTC).timestamp() * 1000)
        stamp = {"run": self.run_id, "turn": self._memory.turn, "now": now_ms}
        return Message(event, json.dumps({**stamp, **data}, ensure_ascii=False))


def _plain(row: Shown) -> dict[str, object]:
    return {"id": row.key.row_id, "cells": row.cells, "marks": row.marks, "gone": row.gone}
