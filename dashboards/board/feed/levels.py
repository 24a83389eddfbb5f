"""The newest level of each SKU at each location that was heard of or looked at. No I/O."""

from collections.abc import Collection, Iterable, Set
from typing import Literal

from dashboards.board.feed.recent import Recent
from dashboards.board.feed.rows import Level

LEVELS_MAX = 200_000
"""Levels remembered, at some 400 bytes each. PostgreSQL has all of them; with fewer than change
while it is behind, a page may show an older value until that SKU moves again."""

Effect = Literal["none", "value", "list"]
"""What a row does: nothing, for it is older; it changes values; or it is new or leaves, so that
the lists it stands in are others now."""


class NewestLevels:
    """By location and SKU; those that were set longest ago are forgotten first."""

    def __init__(self, most: int = LEVELS_MAX) -> None:
        self._levels: Recent[tuple[str, str], Level] = Recent(most)
        self._skus: dict[str, set[str]] = {}
        self._unlisted: dict[str, set[str]] = {}

    def locations(self) -> Set[str]:
        """Where levels were heard of."""
        return self._skus.keys()

    def get(self, location_id: str, sku: str) -> Level | None:
        """The level, where it is remembered."""
        return self._levels.get((location_id, sku))

    def skus(self, location_id: str) -> Collection[str]:
        """The SKUs whose level at the location is remembered."""
        return self._skus.get(location_id, ())

    def unlisted(self, location_id: str) -> Collection[str]:
        """SKUs heard of at the location before its table was seen to have them."""
        return self._unlisted.get(location_id, ())

    def listed(self, location_id: str, skus: Iterable[str]) -> None:
        """Note SKUs that the location's table has."""
        self._unlisted.get(location_id, set[str]()).difference_update(skus)

    def keep(self, level: Level) -> Effect:
        """Take a level where it is newer than the one held."""
        key = (level.location_id, level.sku)
        held = self._levels.get(key)
        if held is not None and held.version >= level.version:
            return "none"
        forgotten = self._levels.set(key, level)
        self._skus.setdefault(level.location_id, set()).add(level.sku)
        if held is None:
            self._unlisted.setdefault(level.location_id, set()).add(level.sku)
        if forgotten is not None:
            self._skus[forgotten[0]].discard(forgotten[1])
        return "list" if held is None else "value"

    def pop(self, location_id: str, sku: str) -> Level | None:
        """Let go of a level, and of its location where it was the last thing heard of it."""
        level = self._levels.pop((location_id, sku))
        for known in (self._skus, self._unlisted):
            skus = known.get(location_id, set[str]())
            skus.discard(sku)
            if not skus:
                known.pop(location_id, None)
        return level
