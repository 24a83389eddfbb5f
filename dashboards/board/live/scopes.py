"""Which change shows where. Pure.

A scope is what one kind of page follows; a key names one row (or group of figures) on it.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from dashboards.board.feed.rows import Alert, Level, Row, Till, Totals

ALL_LOCATIONS = "all"
ALL_ALERTS = "alerts"

Kind = Literal["summary", "location", "figures", "till", "stock", "alert"]


class Key(NamedTuple):
    """One row of a page. ``ident`` is a till or a SKU, empty where the kind has none."""

    kind: Kind
    location_id: str = ""
    ident: str = ""

    @property
    def row_id(self) -> str:
        """What the row is called in the page; ``/`` is in no id."""
        return "/".join(self)


SUMMARY = Key("summary")


def location_scope(location_id: str) -> str:
    """The scope of one location's page."""
    return f"location/{location_id}"


def places_of(row: Row) -> Iterator[tuple[str, Key]]:
    """Every scope and key that shows something of ``row``."""
    here = location_scope(row.location_id)
    if isinstance(row, Level | Alert):
        yield here, Key("stock", row.location_id, row.sku)
    if isinstance(row, Alert):
        yield ALL_ALERTS, Key("alert", row.location_id, row.sku)
    if isinstance(row, Till):
        yield here, Key("till", row.location_id, row.till_id)
    if isinstance(row, Totals | Till | Alert):
        yield from places_of_location(row.location_id)


def places_of_location(location_id: str) -> Iterator[tuple[str, Key]]:
    """Where a location as a whole is shown."""
    yield location_scope(location_id), Key("figures", location_id)
    yield ALL_LOCATIONS, Key("location", location_id)
    yield ALL_LOCATIONS, SUMMARY
