"""How long until all is caught up: sales that are watched from the till to PostgreSQL.

There is one watched location for each partition. As a partition is read in order, whoever has
the watched sale has all that was acknowledged before it.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime

import psycopg

from tests.acceptance.outside.changes import Change
from tests.acceptance.outside.plan import Plan, uuid7
from tests.acceptance.outside.teller import Teller, lines_of, sale
from tests.acceptance.outside.watch import one_for_each
from tests.acceptance.outside.world import Movement

from .business import Business
from .feed import Feed, eventually

PRICE_MINOR = 100
DELIVERED = 1_000


class Canary:
    """Sells and delivers one product at a location of every partition."""

    def __init__(self, plan: Plan, dsn: str, feed: Feed, business: Business) -> None:
        self._plan = plan
        self._dsn = dsn
        self._feed = feed
        self._business = business
        self._rng = random.Random(f"canary-{plan.seed}")
        self._sku = f"{plan.prefix}canary"
        self.locations = one_for_each(feed.partitions, f"{plan.prefix}canary-")
        self._tills = {one: Teller(plan, one, "1", self._rng) for one in self.locations}
        self._on_hand: Counter[str] = Counter()

    def caught_up(self, seconds: float) -> bool:
        """Sell and deliver everywhere; whether PostgreSQL shows both within some seconds."""
        for location, till in self._tills.items():
            body = sale(lines_of(self._sku, 1, 1, PRICE_MINOR), f"c{till.sequence + 1}")
            till.say(1.0, moment=datetime.now(UTC), **body)
            self._feed.send(till.said.pop())
            self._on_hand[location] += DELIVERED - 1
        self._business.commit(Change(movements=[self._delivery(one) for one in self.locations]))
        return eventually(seconds, self._shown)

    def _shown(self) -> bool:
        with psycopg.connect(self._dsn, connect_timeout=5) as connection:
            return all(
                dict(connection.execute(query, (self._sku,)).fetchall()) == self._on_hand
                for query in (
                    "SELECT location_id, on_hand FROM stock_levels WHERE sku = %s",
                    "SELECT location_id, sum(quantity)::bigint FROM stock_ledger"
                    " WHERE sku = %s GROUP BY location_id",
                )
            )

    def _delivery(self, location: str) -> Movement:
        now = datetime.now(UTC)
        movement_id = uuid7(now, self._rng)
        return Movement(movement_id, location, self._sku, DELIVERED, "delivery", None, now)
