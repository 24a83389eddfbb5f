"""What of a location decides which rows are its own: what it lists, what moved there, who bought
there; and the rows that are of it alone. Pure."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from connectors.feeds.catalog import RowTable, is_over
from connectors.feeds.rows import OF_ONE_PLACE, DownRow, StandingRow, ToldRow
from topics.store_customers import REMEMBERED_DAYS


class LocationRows:
    """One location. Memory: some 600 bytes for each product that it lists."""

    def __init__(self, location_id: str) -> None:
        self.location_id = location_id
        self.moved: set[str] = set()
        self.customers: dict[str, date] = {}
        self.device_list: DownRow | None = None
        self.tables = {kind: RowTable(indexed=False) for kind in OF_ONE_PLACE}

    def carries(self, sku: str | None) -> bool:
        """Whether it sells or has sold a product: a row of the assortment, or something moved."""
        return sku is not None and (bool(self.tables["assortment"].rows(sku)) or sku in self.moved)

    def carried(self) -> Iterable[str]:
        """All that it carries."""
        yield from self.tables["assortment"].ids()
        yield from (sku for sku in self.moved if not self.tables["assortment"].rows(sku))

    def hear(self, told: ToldRow) -> Iterable[StandingRow]:
        """Take a row of `OF_ONE_PLACE`, as `RowTable.hear`."""
        return self.tables[told.kind].hear(told)

    def own(self, kind: str, row_id: str, now: datetime) -> DownRow | None:
        """A row that is of this place alone, as it goes down."""
        rows = self.tables[kind].rows(row_id)
        return next((each.row for each in rows if not is_over(each, now)), None)

    def knows(self, customer_id: str, now: datetime) -> bool:
        """Whether a customer is one of its own."""
        last = self.customers.get(customer_id)
        return last is not None and last > now.date() - timedelta(days=REMEMBERED_DAYS)
