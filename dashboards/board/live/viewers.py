"""Who looks at what, and what of it changed since they were last told.

A viewer is told what it shows and nothing else. What changes twice before it takes a message is
told once, with its last value: so one that is slow sees fewer steps, and costs no more memory
than the keys of the rows that it shows.
"""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

from dashboards.board.feed.memory import Change
from dashboards.board.feed.rows import changed_at
from dashboards.board.live.keys import Key, keys_of, keys_of_location
from dashboards.board.live.metrics import BoardMetrics

SLOTS_MAX = 8
"""Pieces of a long list that a viewer is told about. `static/board.js` keeps fewer in the page and
says which it drops; one that says nothing is told of those that it fetched last."""

VIEWERS_MAX = 2_000
"""Pages that are remembered, open or not: some tens of kilobytes each."""

ABSENT_SECONDS = 300.0
"""How long a page that is not connected is remembered: a tab in the background, a line that is
cut. After it, the page is told to fetch itself again."""


class Viewer:
    """One open page: what it shows, and what of that it has not been told."""

    def __init__(self, locale: str, keys: Iterable[Key]) -> None:
        self.token = secrets.token_urlsafe(12)
        self.locale = locale
        self.fixed = frozenset(keys)
        self.slots: OrderedDict[object, frozenset[Key]] = OrderedDict()
        self.changed: dict[Key, datetime | None] = {}
        self.something = asyncio.Event()
        self.streams = 0
        self.left_at = time.monotonic()

    def note(self, key: Key, at: datetime | None) -> None:
        """Something that it shows is different, by an event that occurred at ``at``."""
        self.changed[key] = at
        self.something.set()

    def take(self) -> dict[Key, datetime | None]:
        """What changed since the last call, and by which event; oldest first."""
        taken, self.changed = self.changed, {}
        self.something.clear()
        return taken


class Viewers:
    """All of them, by what they show."""

    def __init__(self, metrics: BoardMetrics) -> None:
        self._metrics = metrics
        self._by_token: OrderedDict[str, Viewer] = OrderedDict()
        self._by_key: dict[Key, set[Viewer]] = {}
        self._versions: dict[Key, int] = {}
        self.closed = False

    def open(self, locale: str, keys: Iterable[Key]) -> Viewer:
        """A page that was just drawn: from now on it is told what changes."""
        self._forget_absent()
        viewer = Viewer(locale, keys)
        self._by_token[viewer.token] = viewer
        self._follow(viewer, viewer.fixed)
        return viewer

    def get(self, token: str) -> Viewer | None:
        """The viewer of that token, while it is remembered."""
        return self._by_token.get(token)

    def show(self, viewer: Viewer, slot: object, keys: Iterable[Key]) -> None:
        """It has drawn these rows too, in a piece of a list; the oldest piece may give way."""
        self.drop(viewer, slot)
        viewer.slots[slot] = frozenset(keys)
        self._follow(viewer, viewer.slots[slot])
        while len(viewer.slots) > SLOTS_MAX:
            self._leave(viewer, viewer.slots.popitem(last=False)[1])

    def drop(self, viewer: Viewer, slot: object) -> None:
        """It has let go of the rows of a piece."""
        self._leave(viewer, viewer.slots.pop(slot, frozenset()))

    def add(self, viewer: Viewer, keys: Iterable[Key]) -> None:
        """It shows these too, for as long as it is open."""
        viewer.fixed = viewer.fixed.union(keys)
        self._follow(viewer, viewer.fixed)

    def clear(self, viewer: Viewer) -> None:
        """It has drawn its list anew."""
        while viewer.slots:
            self._leave(viewer, viewer.slots.popitem()[1])

    def note(self, changes: Iterable[Change]) -> None:
        """Rows have changed."""
        for change in changes:
            at = changed_at(change.row)
            for key in keys_of(change):
                self.mark(key, at)

    def note_locations(self, location_ids: Iterable[str]) -> None:
        """Names or states of locations have changed."""
        for location_id in location_ids:
            for key in keys_of_location(location_id):
                self.mark(key)

    def mark(self, key: Key, at: datetime | None = None) -> None:
        """One thing is different now."""
        viewers = self._by_key.get(key)
        if viewers is None and key.kind != "list":
            return
        self._versions[key] = self._versions.get(key, 0) + 1
        for viewer in viewers or ():
            viewer.note(key, at)

    def version(self, key: Key) -> int:
        """Grows with every change of a list, or of anything else that somebody shows."""
        return self._versions.get(key, 0)

    def close(self) -> None:
        """End every stream."""
        self.closed = True
        for viewer in self._by_token.values():
            viewer.something.set()

    def connected(self, viewer: Viewer, by: int) -> None:
        """A stream of the viewer has begun (1) or ended (-1)."""
        viewer.streams += by
        viewer.left_at = time.monotonic()
        self._metrics.viewers.inc(by)

    def _follow(self, viewer: Viewer, keys: Iterable[Key]) -> None:
        for key in keys:
            self._by_key.setdefault(key, set()).add(viewer)

    def _leave(self, viewer: Viewer, keys: Iterable[Key]) -> None:
        still = viewer.fixed.union(*viewer.slots.values())
        for key in keys:
            if key in still:
                continue
            viewer.changed.pop(key, None)
            others = self._by_key.get(key, set[Viewer]())
            others.discard(viewer)
            if not others:
                self._by_key.pop(key, None)

    def _forget_absent(self) -> None:
        before = time.monotonic() - ABSENT_SECONDS
        absent = [each for each in self._by_token.values() if not each.streams]
        too_many = len(self._by_token) - VIEWERS_MAX + 1
        for place, viewer in enumerate(absent):
            if viewer.left_at < before or place < too_many:
                del self._by_token[viewer.token]
                self.clear(viewer)
                fixed, viewer.fixed = viewer.fixed, frozenset()
                self._leave(viewer, fixed)
