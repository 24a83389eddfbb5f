"""The tills of all locations, each with its newest status and its last sale. No I/O.

A till is known by its location and its id: two shops may both have a till "1".
"""

from collections.abc import Iterable, Set
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from dashboards.board.feed.rows import LastSale, Till

SHARED_FOR = timedelta(days=1)
"""How long after its last fork an identity counts as shared. A status says how many forks there
were and not when: for ever, and a till that was put right years ago would still cry for help;
an hour, and a second device that is switched off over lunch would be forgotten."""

_Ident = tuple[str, str]


class _Forks(NamedTuple):
    """The last time that a till's forks were heard to grow, and in which epoch it was then.

    ``heard_at`` is None where only a table has told of them, which does not say when.
    """

    number: int
    epoch: int
    heard_at: datetime | None


class TillRows:
    """By location and id."""

    def __init__(self) -> None:
        self._by_location: dict[str, dict[str, Till]] = {}
        self._forks: dict[_Ident, _Forks] = {}
        self._last_sales: dict[_Ident, LastSale] = {}

    def keep(self, till: Till, *, stored: bool) -> None:
        """Take a status that is newer than the one held; ``stored`` ones come from a table."""
        self._by_location.setdefault(till.location_id, {})[till.till_id] = till
        ident = (till.location_id, till.till_id)
        known = self._forks.get(ident)
        if till.forks > (known.number if known else 0):
            heard_at = None if stored else datetime.now(UTC)
            self._forks[ident] = _Forks(till.forks, till.epoch, heard_at)

    def forget(self, location_id: str, till_id: str) -> None:
        """The till is gone; its location too, where it was the last thing heard of it."""
        tills = self._by_location.get(location_id, {})
        tills.pop(till_id, None)
        if not tills:
            self._by_location.pop(location_id, None)
        self._forks.pop((location_id, till_id), None)
        self._last_sales.pop((location_id, till_id), None)

    def learn_last_sales(self, location_id: str, sales: Iterable[LastSale]) -> None:
        """Remember what tills that are known sold last."""
        known = self._by_location.get(location_id, {})
        self._last_sales.update(
            {(location_id, sale.till_id): sale for sale in sales if sale.till_id in known}
        )

    def last_sale(self, location_id: str, till_id: str) -> LastSale | None:
        """What a till sold last, as far as somebody has looked."""
        return self._last_sales.get((location_id, till_id))

    def locations(self) -> Set[str]:
        """Where tills were heard."""
        return self._by_location.keys()

    def at(self, location_id: str) -> list[Till]:
        """The location's tills, by id."""
        return [till for _, till in sorted(self._by_location.get(location_id, {}).items())]

    def get(self, location_id: str, till_id: str) -> Till | None:
        """One till."""
        return self._by_location.get(location_id, {}).get(till_id)

    def last_seen(self, location_id: str) -> datetime | None:
        """When a till of the location was last heard."""
        tills = self._by_location.get(location_id, {})
        return max((till.last_seen for till in tills.values()), default=None)

    def is_shared(self, till: Till, now: datetime) -> bool:
        """Whether two devices use the till's identity, as far as one can tell.

        A new epoch puts an end to it, until forks grow again. Forks that a table tells of are in
        the past: where two devices still sell, the next one is heard within minutes.
        """
        forks = self._forks.get((till.location_id, till.till_id))
        if forks is None or forks.heard_at is None:
            return False
        return forks.epoch >= till.epoch and now - forks.heard_at < SHARED_FOR
