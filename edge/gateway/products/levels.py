"""Who has how much of a product: here and in the other shops, as it was last heard."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from topics.wire_derived import WireStockLevel

LEVELS_MAX = 100_000
"""Levels that are kept, some 40 MiB: 100 shops of 1,000 products. More belong to a fleet whose
centre is asked by its store API; those that do not fit are shops that are not told of."""

STALE_AFTER = timedelta(seconds=15)
"""How old the last word may be before it is told as stale: three times that the source looks."""


class HeldLevel(NamedTuple):
    """Of one product at one location, in its base unit."""

    on_hand: int
    in_carts: int
    available: int
    as_of: datetime
    version: int
    is_stale: bool = False
    """Whether nobody has heard of the location for long, however new the rest is."""


class ShopLevels(NamedTuple):
    """Of one product in all shops, by location.

    ``as_of`` is when it was last known to be so, None where nobody has ever said; ``is_stale``
    where that is long ago.
    """

    by_location: Mapping[str, HeldLevel]
    as_of: datetime | None
    is_stale: bool


class KnowsLevels(Protocol):
    """Where levels come from: here a topic, in a store of its own the centre's store API."""

    async def here(self, sku: str) -> ShopLevels:
        """What is known in the store itself, of itself at least; nobody is waited for."""
        ...

    async def in_shops(self, sku: str) -> ShopLevels:
        """What all shops have; the last that was heard where nobody answers now."""
        ...


class HeardLevels:
    """`KnowsLevels` in memory: whoever reads them from a topic, reads them again."""

    def __init__(self, location_id: str, now: Callable[[], datetime]) -> None:
        self._location_id = location_id
        self._now = now
        self._by_sku: dict[str, dict[str, HeldLevel]] = {}
        self._count = 0
        self._as_of: datetime | None = None

    @property
    def count(self) -> int:
        """How many are kept."""
        return self._count

    def hear(self, level: WireStockLevel) -> None:
        """Take a level, unless a later one is here, or there is no room for another shop's."""
        held = self._by_sku.get(level.sku, {}).get(level.location_id)
        if held is None:
            if self._count >= LEVELS_MAX and level.location_id != self._location_id:
                return
            self._count += 1
        elif held.version >= level.version:
            return
        self._by_sku.setdefault(level.sku, {})[level.location_id] = HeldLevel(
            level.on_hand, level.in_carts, level.available, level.as_of, level.version
        )

    def gone(self, location_id: str, sku: str) -> None:
        """A location has this product no more."""
        shops = self._by_sku.get(sku, {})
        if shops.pop(location_id, None) is not None:
            self._count -= 1
        if not shops:
            self._by_sku.pop(sku, None)

    def is_current(self) -> None:
        """All that there is has been heard, now."""
        self._as_of = self._now()

    async def here(self, sku: str) -> ShopLevels:
        """See `KnowsLevels`."""
        return await self.in_shops(sku)

    async def in_shops(self, sku: str) -> ShopLevels:
        """See `KnowsLevels`."""
        as_of = self._as_of
        is_stale = as_of is None or self._now() - as_of > STALE_AFTER
        # Before all is heard, one shop more may have it.
        known = {} if as_of is None else dict(self._by_sku.get(sku, {}))
        return ShopLevels(known, as_of, is_stale)
