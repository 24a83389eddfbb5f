"""What was sold lately of products at locations, as far as somebody has looked. No I/O."""

import time
from collections.abc import Callable, Iterable, Mapping

from dashboards.board.feed.recent import Recent
from dashboards.doubt.lately import ItemPlace
from dashboards.doubt.rule import SoldLately

RATES_MAX = 50_000
"""That are remembered, at some 300 bytes each: those of a few large shops that nobody hears."""

GOOD_SECONDS = 3600.0
"""How long one is used: of four weeks, an hour more or less says the same."""


class SoldRates:
    """By location and SKU."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rates: Recent[ItemPlace, tuple[float, SoldLately]] = Recent(RATES_MAX)

    def get(self, location_id: str, sku: str) -> SoldLately | None:
        """What was sold lately; None where nobody has looked."""
        held = self._rates.get((location_id, sku))
        return None if held is None else held[1]

    def unknown(self, items: Iterable[ItemPlace]) -> list[ItemPlace]:
        """Those that are to be read."""
        before = self._clock() - GOOD_SECONDS
        return [
            each for each in items if (held := self._rates.get(each)) is None or held[0] < before
        ]

    def learn(self, found: Mapping[ItemPlace, SoldLately]) -> None:
        """Remember them."""
        for item, sold in found.items():
            self._rates.set(item, (self._clock(), sold))
