"""Live and shadow held against each other by what stands in the end. Pure.

Which alerts were raised on the way depends on whether a sale or its delivery was read first, and
so do their versions. What an alert says once both have read everything does not.
"""

from collections.abc import Iterator
from typing import Any

from operations.shadow.difference import Kind, ShadowDifference, Side, decoded, unlike
from operations.shadow.versions import VersionTally

STANDING = ("state", "reason", "reorder_point")
"""Of a raised alert. Its times and quantities are those of the moment at which it was told."""

Newest = tuple[int, bytes] | None


class StandingComparison:
    """One topic of alerts; a key without an alert is like one whose alert is cleared."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.tally = VersionTally()
        self.found: dict[str, ShadowDifference] = {}
        self._newest: dict[str, list[Newest]] = {}
        self._changed: set[str] = set()
        self._suspects: dict[str, tuple[Newest, Newest]] = {}

    @property
    def keys(self) -> int:
        """Keys seen on either side."""
        return len(self._newest)

    @property
    def undecided(self) -> int:
        """Keys that wait for another look."""
        return sum(name not in self.found for name in self._suspects.keys() | self._changed)

    def take(self, side: Side, name: str, version: int, value: bytes) -> None:
        """Take in what ``side`` says of the key ``name``; one that it has passed is ignored."""
        newest = self._newest.setdefault(name, [None, None])
        before = newest[side]
        if before is None or version > before[0]:
            newest[side] = version, value
            self._changed.add(name)

    def look(self) -> None:
        """Judge what has changed; a difference counts once it has stood still for two looks."""
        before, self._suspects = self._suspects, {}
        looked_at, self._changed = self._changed | before.keys(), set()
        for name in looked_at:
            live, shadow = self._newest[name]
            fields, _ = unlike(_standing(live), _standing(shadow))
            if not fields:
                self.tally.matches += 1
                self.tally.passing += name in before
            elif before.get(name) == (live, shadow):
                self.found.setdefault(name, self._difference(name, live, shadow, fields))
            else:
                self._suspects[name] = live, shadow

    def _difference(
        self, name: str, live: Newest, shadow: Newest, fields: dict[str, Any]
    ) -> ShadowDifference:
        kind: Kind = "value"
        if live is None or shadow is None:
            kind = "shadow_only" if live is None else "live_only"
        versions = (live and live[0], shadow and shadow[0])
        values = (live and decoded(live[1]), shadow and decoded(shadow[1]))
        return ShadowDifference(self.topic, name, kind, versions, values, fields)

    def differences(self) -> Iterator[ShadowDifference]:
        """What is certain."""
        yield from self.found.values()


def _standing(newest: Newest) -> dict[str, Any]:
    told: dict[str, Any] = {} if newest is None else decoded(newest[1])
    if told.get("state") != "raised":
        return {"state": "cleared", **dict.fromkeys(STANDING[1:])}
    return {name: told.get(name) for name in STANDING}
