"""What of a page can change, and what changes with which row. Pure."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from dashboards.board.feed.memory import Change
from dashboards.board.feed.rows import Alert, Gone, Level, Row, Till, Totals, ident_of

KeyKind = Literal[
    "notices", "summary", "location", "figures", "till", "stock", "place", "product", "alert",
    "list", "hours", "publication", "handling",
]  # fmt: skip


class Key(NamedTuple):
    """One thing on a page: a row, a group of figures, or the order of a list.

    ``ident`` is a till, a SKU, or what a list is of; empty where the kind has none.
    """

    kind: KeyKind
    location_id: str = ""
    ident: str = ""

    @property
    def row_id(self) -> str:
        """What the element is called in the page; ``/`` is in no id."""
        return "/".join(self)


NOTICES = Key("notices")
SUMMARY = Key("summary")
OVERVIEW = Key("list", "", "locations")
ALERTS = Key("list", "", "alerts")


def stock_list(location_id: str) -> Key:
    """The order of one location's stock."""
    return Key("list", location_id, "stock")


def till_list(location_id: str) -> Key:
    """Which tills a location has."""
    return Key("list", location_id, "tills")


def place_list(sku: str) -> Key:
    """Which locations have a product."""
    return Key("list", "", f"places/{sku}")


def publication_of(kind: str, key: str) -> Key:
    """What became of the last change of a product, a location or an assortment row."""
    return Key("publication", "", f"{kind}/{key}")


def keys_of(change: Change) -> Iterator[Key]:
    """Everything that shows something of the row that changed or is gone."""
    row = change.row
    kind = row.struct if isinstance(row, Gone) else type(row)
    location_id, *_, ident = ident_of(row)
    if kind is Level or kind is Alert:
        yield from _keys_of_stock(location_id, ident)
    if kind is Alert:
        yield Key("alert", location_id, ident)
        yield Key("handling", location_id, ident)
    if kind is Till:
        yield Key("till", location_id, ident)
    if kind is Totals:
        yield Key("hours", location_id)
    if kind is not Level:
        yield from keys_of_location(location_id)
    if change.lists:
        yield from _lists_of(kind, location_id, ident)


def keys_of_handling(location_id: str, sku: str) -> Iterator[Key]:
    """Where it is shown what people do about an alert."""
    yield Key("alert", location_id, sku)
    yield Key("handling", location_id, sku)
    yield ALERTS


def keys_of_location(location_id: str) -> Iterator[Key]:
    """Where a location as a whole is shown."""
    yield Key("figures", location_id)
    yield Key("location", location_id)


def _keys_of_stock(location_id: str, sku: str) -> Iterator[Key]:
    yield Key("stock", location_id, sku)
    yield Key("place", location_id, sku)
    yield Key("product", "", sku)


def _lists_of(kind: type[Row], location_id: str, ident: str) -> Iterator[Key]:
    if kind is Level:
        yield stock_list(location_id)
        yield place_list(ident)
    elif kind is Alert:
        yield ALERTS
        yield stock_list(location_id)
    else:
        yield OVERVIEW
    if kind is Till:
        yield till_list(location_id)
