"""Live and shadow held against each other at equal versions, key by key. Pure.

Live and shadow batch differently, so each says only some of a key's versions. Where both say the
same one, its values must be equal. What is unmatched in the end must be the newest of neither.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from operations.shadow.difference import LIVE, SHADOW, Kind, ShadowDifference, Side, decoded, unlike

WAITING_MAX = 8
"""Versions of a key that wait for the other side. More are memory for each key; fewer leave
less of a busy key compared, but never its newest version."""


@dataclass(slots=True)
class _Key:
    """What is known of a key: newest versions, and what one side has said ahead of the other."""

    newest: list[int | None] = field(default_factory=lambda: [None, None])
    waiting: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    ahead: Side = LIVE
    suspect: ShadowDifference | None = None
    looks: int = 0


@dataclass(slots=True)
class VersionTally:
    """Of one topic. ``passing`` differed at one version and agreed at a later one."""

    matches: int = 0
    passing: int = 0
    added_fields: set[str] = field(default_factory=set[str])


class VersionComparison:
    """One topic whose values carry versions.

    ``one_input`` says that a version is made from the offset of a single input: equal versions
    then stand for the same events, and any difference is final. Elsewhere two inputs add up to a
    version, which live and shadow may have read in another order: there a difference counts once
    it has outlasted two looks.
    """

    def __init__(self, topic: str, *, one_input: bool) -> None:
        self.topic = topic
        self.tally = VersionTally()
        self.found: dict[str, ShadowDifference] = {}
        self._one_input = one_input
        self._keys: dict[str, _Key] = {}
        self._unsettled: set[str] = set()
        self._last_look: dict[str, tuple[Side, int]] = {}

    @property
    def keys(self) -> int:
        """Keys seen on either side."""
        return len(self._keys)

    @property
    def undecided(self) -> int:
        """Keys that wait for the other side or for another look."""
        return sum(name not in self.found for name in self._unsettled)

    def take(self, side: Side, name: str, version: int, value: bytes) -> None:
        """Take in what ``side`` says of the key ``name``; one that it has passed is ignored."""
        key = self._keys.setdefault(name, _Key())
        newest = key.newest[side]
        if newest is not None and version <= newest:
            return
        key.newest[side] = version
        if key.waiting and key.ahead != side:
            self._meet(name, key, side, version, value)
        else:
            _wait(key, side, version, value)
        if key.waiting or key.suspect:
            self._unsettled.add(name)
        else:
            self._unsettled.discard(name)

    def _meet(self, name: str, key: _Key, side: Side, version: int, value: bytes) -> None:
        """The side that was behind says something."""
        while key.waiting and key.waiting[0][0] < version:
            key.waiting.pop(0)
        if not key.waiting:
            _wait(key, side, version, value)
        elif key.waiting[0][0] == version:
            other = key.waiting.pop(0)[1]
            pair = (value, other) if side == LIVE else (other, value)
            self._compare(name, key, version, *pair)

    def _compare(self, name: str, key: _Key, version: int, live: bytes, shadow: bytes) -> None:
        fields: dict[str, Any] = {}
        if live != shadow:
            fields, added = unlike(decoded(live), decoded(shadow))
            self.tally.added_fields |= added
        if not fields:
            self.tally.matches += 1
            self.tally.passing += key.suspect is not None
            key.suspect, key.looks = None, 0
            return
        values = decoded(live), decoded(shadow)
        key.suspect = ShadowDifference(
            self.topic, name, "value", (version, version), values, fields
        )
        if self._one_input:
            self.found.setdefault(name, key.suspect)

    def look(self) -> None:
        """Judge what has not settled. To be called when both sides have read all there was at
        the look before, and everything that they said has been taken in."""
        before, self._last_look = self._last_look, {}
        for name in self._unsettled:
            key = self._keys[name]
            key.looks += key.suspect is not None
            if key.suspect is not None and key.looks > 1:
                self.found.setdefault(name, key.suspect)
            elif key.waiting:
                self._look_at_waiting(name, key, before.get(name))

    def _look_at_waiting(self, name: str, key: _Key, before: tuple[Side, int] | None) -> None:
        behind: Side = SHADOW if key.ahead == LIVE else LIVE
        reached = key.newest[behind]
        if before and before[0] == key.ahead and (reached is None or reached < before[1]):
            self.found.setdefault(name, self._one_sided(name, key, reached))
        self._last_look[name] = key.ahead, key.waiting[-1][0]

    def _one_sided(self, name: str, key: _Key, reached: int | None) -> ShadowDifference:
        kind: Kind = "version"
        if reached is None:
            kind = "live_only" if key.ahead == LIVE else "shadow_only"
        value = decoded(key.waiting[-1][1])
        values = (value, None) if key.ahead == LIVE else (None, value)
        newest = key.newest[LIVE], key.newest[SHADOW]
        return ShadowDifference(self.topic, name, kind, newest, values, {"version": newest})

    def differences(self) -> Iterator[ShadowDifference]:
        """What is certain."""
        yield from self.found.values()


def _wait(key: _Key, side: Side, version: int, value: bytes) -> None:
    key.ahead = side
    key.waiting.append((version, value))
    del key.waiting[:-WAITING_MAX]
