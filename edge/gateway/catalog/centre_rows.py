"""The centre's rows as its change data capture tells them, and which of them a store's tills need.

A product, its prices and its recalls concern a store that has a row for it in `assortment`. What
belongs to other places is forgotten as soon as it is read.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from pydantic import TypeAdapter, ValidationError

from edge.bundle.catalog import RefusedTable
from edge.bundle.form import ROW_BYTES_MAX, RowKey, canonical_row
from edge.bundle.rows import (
    BundledEmployee,
    BundledLocation,
    BundledOffer,
    BundledPrice,
    BundledProduct,
    BundledRecall,
    BundledTable,
)
from edge.bundle.trying import TryTable, is_whole, refused_tables
from edge.gateway.catalog.replaced import prices_left, tables_left
from topics.changes import AssortmentPolicy
from topics.for_stores import EMPLOYEES
from topics.registry import (
    ASSORTMENT,
    LOCATIONS,
    OFFERS,
    PRICES,
    PRODUCTS,
    RECALLS,
    RULE_TABLES,
    TopicSpec,
)

PAST_KEPT = timedelta(days=1)
"""How long what has ended stays in the bundle. A till whose clock is behind, or a cart that was
suspended, still needs it; without an end all prices that ever were would go to each till."""


class _Kind(NamedTuple):
    """How the rows of a topic become those of a bundle."""

    kind: str
    row_type: Any
    model: TypeAdapter[Any]
    row_id: Callable[[Any], str]
    is_here: Callable[[Any, str], bool]
    """Whether a row of the table, as told, may concern the location."""


def _kind(
    kind: str,
    spec: TopicSpec,
    row_type: type[msgspec.Struct],
    row_id: Callable[[Any], str],
    is_here: Callable[[Any, str], bool] = lambda row, here: True,
) -> tuple[str, _Kind]:
    model: Any = spec.model
    return spec.name, _Kind(kind, row_type, TypeAdapter(model), row_id, is_here)


_KINDS = dict(
    (
        _kind("product", PRODUCTS, BundledProduct, lambda row: row.sku),
        _kind(
            "price", PRICES, BundledPrice, lambda row: row.price_id,
            lambda row, here: row.location_id in (None, here),
        ),
        _kind(
            "offer", OFFERS, BundledOffer, lambda row: row.offer_id,
            lambda row, here: row.location_id == here,
        ),
        _kind("recall", RECALLS, BundledRecall, lambda row: row.recall_id),
        _kind(
            "employee", EMPLOYEES, BundledEmployee, lambda row: row.employee_id,
            lambda row, here: row.active and here in row.locations,
        ),
        _kind(
            "rule_table", RULE_TABLES, BundledTable, lambda row: f"{row.table_name}/{row.version}",
            lambda row, here: not row.locations or here in row.locations,
        ),
        _kind(
            "location", LOCATIONS, BundledLocation, lambda row: row.location_id,
            lambda row, here: row.location_id == here,
        ),
    )
)  # fmt: skip

_BY_KIND = {each.kind: each for each in _KINDS.values()}

ASSORTMENT_KIND = "assortment"

_POLICY = TypeAdapter(AssortmentPolicy)

CATALOG_TOPICS = (*_KINDS, ASSORTMENT.name)
"""What a catalog is made of."""

_BY_LOCATION = frozenset({ASSORTMENT.name, OFFERS.name, LOCATIONS.name})


class BadRow(Exception):
    """A row that nobody can read, or that no bundle takes; the text says which and why."""


class _Heard(NamedTuple):
    row: Any
    packed: bytes


class ChosenRows(NamedTuple):
    """What a store's tills need, as a bundle has it. ``refused`` are tables among them by which no
    till will decide."""

    rows: dict[RowKey, bytes]
    refused: Sequence[RefusedTable]


class CentreRows:
    """What was heard of one location's rows."""

    def __init__(self, location_id: str, try_table: TryTable = is_whole) -> None:
        self._location_id = location_id
        self._try_table = try_table
        self._heard: dict[str, dict[tuple[str, str], _Heard]] = {}
        self._listed: set[str] = set()
        self._changed_ms: dict[tuple[str, str, str], int] = {}

    def hear(self, topic: str, key: bytes | None, value: bytes | None) -> bool:
        """Take a record of one of `CATALOG_TOPICS`; whether it may change the bundle.

        Raises `BadRow`; what was heard of it before stays.
        """
        if topic in _BY_LOCATION and key != self._location_id.encode():
            return False
        try:
            if topic == ASSORTMENT.name:
                return self._hear_policy(value)
            return self._hear(_KINDS[topic], (key or b"").decode(), value)
        except (ValidationError, msgspec.ValidationError, UnicodeDecodeError) as error:
            raise BadRow(f"{topic}, key {key!r}: {error}") from error

    def hear_row(self, kind: str, row_id: str, value: bytes | None) -> bool:
        """Take a row of the store's feed, or None where it is gone; whether it may change the
        bundle. Raises `BadRow`; what was heard of it before stays."""
        try:
            if kind == ASSORTMENT_KIND:
                return self._list(row_id, value is not None)
            if kind not in _BY_KIND:
                return False
            return self._hear(_BY_KIND[kind], "", value, row_id)
        except (ValidationError, msgspec.ValidationError) as error:
            raise BadRow(f"{kind}/{row_id}: {type(error).__name__}") from error

    def _list(self, sku: str, is_listed: bool) -> bool:
        was_listed = sku in self._listed
        (self._listed.add if is_listed else self._listed.discard)(sku)
        return was_listed != is_listed

    def _hear_policy(self, value: bytes | None) -> bool:
        if value is None:
            return False
        policy = _POLICY.validate_json(value)
        if self._is_older((ASSORTMENT.name, "", policy.sku), policy.changed_ms):
            return False
        return self._list(policy.sku, policy.deleted == "false")

    def _hear(self, kind: _Kind, key: str, value: bytes | None, row_id: str = "") -> bool:
        held = self._heard.setdefault(kind.kind, {})
        if value is None:  # the key is the row's id, where a topic has tombstones
            return held.pop((key, row_id or key), None) is not None
        told = kind.model.validate_json(value)
        # Under its key: what has moved to another key is told there before it is gone here.
        place = key, kind.row_id(told)
        if not kind.is_here(told, self._location_id):
            return held.pop(place, None) is not None
        if self._is_older((kind.kind, *place), getattr(told, "changed_ms", None)):
            return False
        if getattr(told, "deleted", "false") == "true":
            return held.pop(place, None) is not None
        before, held[place] = held.get(place), _made(kind, told)
        return before != held[place]

    def _is_older(self, place: tuple[str, str, str], changed_ms: int | None) -> bool:
        """Whether a row was sent back, or came again, behind a newer one; a deletion is one too."""
        newest = self._changed_ms.get(place, 0)
        if changed_ms is not None:
            self._changed_ms[place] = max(newest, changed_ms)
        return changed_ms is not None and changed_ms < newest

    def selected(self, now: datetime) -> ChosenRows:
        """What the store's tills need."""
        past = now - PAST_KEPT
        tables = list(tables_left(self._of("rule_table"), past, now, self._is_sound))
        chosen = {
            "product": (each for each in self._of("product") if each.row.sku in self._listed),
            "price": prices_left(self._timely("price", past), past),
            "offer": self._timely("offer", past),
            "recall": self._timely("recall", past),
            "employee": self._of("employee"),
            "rule_table": tables,
            "location": self._of("location"),
        }
        ids = {each.kind: each.row_id for each in _KINDS.values()}
        rows = {
            (kind, ids[kind](each.row)): each.packed
            for kind, found in chosen.items()
            for each in found
        }
        return ChosenRows(rows, refused_tables((each.row for each in tables), self._try_table))

    def _is_sound(self, table: BundledTable) -> bool:
        return not refused_tables((table,), self._try_table)

    def _of(self, kind: str) -> Iterable[_Heard]:
        return self._heard.get(kind, {}).values()

    def _timely(self, kind: str, past: datetime) -> Iterator[_Heard]:
        """Those that have not ended long ago, of what the store sells."""
        for each in self._of(kind):
            sells = each.row.sku is None or each.row.sku in self._listed
            if sells and (each.row.valid_to is None or each.row.valid_to > past):
                yield each


def _made(kind: _Kind, told: Any) -> _Heard:
    row = msgspec.convert(told.model_dump(mode="json"), kind.row_type)
    try:
        packed = canonical_row(row)
    except TypeError as error:  # a number of a table's test, which nothing bounds before
        raise BadRow(f"{kind.kind}/{kind.row_id(told)}: {error}") from error
    if len(packed) > ROW_BYTES_MAX:
        words = f"{kind.kind}/{kind.row_id(told)} has {len(packed)} bytes, {ROW_BYTES_MAX} at most"
        raise BadRow(words)
    return _Heard(row, packed)
