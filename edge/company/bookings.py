"""The office's database: master data and stock movements, booked so that twice is as good as once.

While the database is away movements are kept, in order, and the tills go on selling.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import structlog

from clients.postgres import PostgresAccess
from edge.company.ruled import company_tables
from edge.simulator.shelves import StockKey
from edge.simulator.world import World
from topics.wire import WireMovement, WirePolicy

_CONNECT_SECONDS = 2
_RETRY_SECONDS = 5
"""Between tries while the database is away. Each try holds up the tills for at most
`_CONNECT_SECONDS`; more often would make them stutter."""

_LAST_TRY_SECONDS = 30
"""How long the end of a run waits for a database that is away before it says what is missing."""

_ROWS_PER_STATEMENT = 5_000
"""Rows of one INSERT. Its parameter is one JSON text; a million rows would be gigabytes."""


class NotBooked(Exception):
    """Movements that could not be booked; the text says how many and why."""


@cache
def _sql(name: str) -> bytes:
    return Path(__file__).with_name(f"{name}.sql").read_bytes()


def _sku(policy: WirePolicy) -> str:
    return policy.sku


class Bookings:
    """Writes for one simulation. Not for several threads."""

    def __init__(self, postgres: PostgresAccess) -> None:
        """Connect; `psycopg.OperationalError` where there is no database."""
        self._postgres = postgres
        self._log: Any = structlog.get_logger("tillstream.simulate")
        self._waiting: list[WireMovement] = []
        self._retry_at = 0.0
        self._connection: psycopg.Connection | None = self._connect()

    def _connect(self) -> psycopg.Connection:
        return self._postgres.connect(autocommit=True, connect_timeout=_CONNECT_SECONDS)

    def furnish(
        self,
        world: World,
        policies: Mapping[StockKey, WirePolicy],
        opening: Iterable[WireMovement],
    ) -> None:
        """Locations, catalog, assortment, some prices and offers, decision tables, and opening
        stock, where they are not there yet."""
        sells = {site.location.location_id for site in world.sites}
        self._insert("insert_locations", world.locations)
        self._insert("insert_products", [article.product for article in world.articles])
        self._insert("insert_assortment", list(policies.values()))
        self._insert("insert_prices", [article.product for article in world.articles])
        # The product that comes first in each shop.
        offered = {each.location_id: each for each in sorted(policies.values(), key=_sku)[::-1]}
        self._insert("insert_offers", [each for at, each in offered.items() if at in sells])
        self._insert("insert_rule_tables", company_tables())
        self._insert("insert_movements", list(opening))

    def stock_now(self, world: World) -> dict[StockKey, int]:
        """On hand as the workers know it; empty on a new database."""
        places = [location.location_id for location in world.locations]
        rows = self._open().execute(_sql("stock_now"), {"location_ids": places})
        return {(location_id, sku): on_hand for location_id, sku, on_hand in rows}

    def _open(self) -> psycopg.Connection:
        self._connection = self._connection or self._connect()
        return self._connection

    def _insert(self, name: str, rows: Sequence[msgspec.Struct]) -> None:
        for at in range(0, len(rows), _ROWS_PER_STATEMENT):
            text = msgspec.json.encode(rows[at : at + _ROWS_PER_STATEMENT]).decode()
            self._open().execute(_sql(name), {"rows": text})

    def add(self, movements: Iterable[WireMovement]) -> None:
        """Keep movements for the next `write`."""
        self._waiting.extend(movements)

    def write(self) -> None:
        """Book what waits, unless the database is away: then it waits on."""
        if not self._waiting or time.monotonic() < self._retry_at:
            return
        try:
            self._insert("insert_movements", self._waiting)
        except psycopg.OperationalError as error:
            self._put_off(error)
            return
        self._waiting.clear()

    def _put_off(self, error: psycopg.OperationalError) -> None:
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        self._drop_connection()
        self._log.warning("database_away", waiting=len(self._waiting), error=str(error).strip())

    def _drop_connection(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def close(self) -> None:
        """Book the rest; `NotBooked` where the database stays away."""
        deadline = time.monotonic() + _LAST_TRY_SECONDS
        self.write()
        while self._waiting and time.monotonic() < deadline:
            time.sleep(max(0.0, self._retry_at - time.monotonic()))
            self.write()
        self._drop_connection()
        if self._waiting:
            raise NotBooked(
                f"{len(self._waiting)} stock movements are not booked: the database stayed away "
                f"for {_LAST_TRY_SECONDS} seconds; start it and the simulator again"
            )
