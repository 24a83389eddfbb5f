"""What a till asks of its catalog: one version, read into memory, which never changes.

A cart keeps the catalog that it was opened with, so the price of its scans holds until it ends.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

import msgspec

from edge.bundle.errors import UnfitBundle
from edge.bundle.form import BundleName, ReadBundle, read_bundle, sha256_of
from edge.bundle.rows import (
    KINDS,
    BundledEmployee,
    BundledLocation,
    BundledOffer,
    BundledPrice,
    BundledProduct,
    BundledRecall,
    BundledTable,
)

GTIN_DIGITS = 14
"""Of the longest GTIN; a shorter one is the same with zeros before it."""

T = TypeVar("T")

_TABLE = "rule_table"
_read_table = msgspec.json.Decoder(BundledTable).decode


class ShelfPrice(NamedTuple):
    """What a product costs, per each or per kilogram; ``price_id`` is None for its own price."""

    price_minor: int
    currency: str
    price_id: str | None = None


class RefusedTable(NamedTuple):
    """A version of a decision table by which nobody may decide; ``why`` names row, column and
    reason. ``version`` is 0 where nobody can read so much of it."""

    table: str
    version: int
    why: str


class _Timed(Protocol):
    @property
    def valid_from(self) -> datetime: ...
    @property
    def valid_to(self) -> datetime | None: ...


class TillCatalog:
    """One version as a till uses it."""

    def __init__(self, name: BundleName, bundle: ReadBundle) -> None:
        """Raises `UnfitBundle` where a row cannot be read."""
        self.name = name
        self.location_id = bundle.location_id
        self.refused_tables: tuple[RefusedTable, ...] = ()
        """Versions that are here and do not count."""
        self._all_tables = self._read_tables(bundle)
        self._tables = self._all_tables
        others = {kind: row_type for kind, row_type in KINDS.items() if kind != _TABLE}
        rows = {kind: _read(bundle, kind, row_type) for kind, row_type in others.items()}
        products: list[BundledProduct] = rows["product"]
        self._products = {each.sku: each for each in products}
        self._by_gtin = _by_gtin(products)
        self._styles = _grouped((each.style, each) for each in products if each.style)
        self._prices = _grouped((each.sku, each) for each in _in_order(rows["price"]))
        self._offers: list[BundledOffer] = rows["offer"]
        self._recalls = _grouped((each.sku, each) for each in rows["recall"])
        self._employees = {each.card_hash.lower(): each for each in rows["employee"]}
        self.location: BundledLocation | None = next(iter(rows["location"]), None)

    def _read_tables(self, bundle: ReadBundle) -> list[BundledTable]:
        """A later release may write what this one cannot read: of that version alone."""
        found: list[BundledTable] = []
        for row_id, raw in bundle.rows.get(_TABLE, {}).items():
            try:
                found.append(_read_table(raw))
            except (msgspec.MsgspecError, ValueError) as error:
                refused = RefusedTable(row_id.partition("/")[0], 0, f"{_TABLE}/{row_id}: {error}")
                self.refused_tables += (refused,)
        return found

    def refuse(self, tables: Iterable[RefusedTable]) -> None:
        """Let these versions not count: of each table the one before does."""
        self.refused_tables += tuple(tables)
        refused = {(each.table, each.version) for each in self.refused_tables}
        self._tables = [
            each for each in self._all_tables if (each.table_name, each.version) not in refused
        ]

    @property
    def products(self) -> Iterable[BundledProduct]:
        """All of them, by SKU."""
        return self._products.values()

    def product(self, code: str) -> BundledProduct | None:
        """The product of a SKU or GTIN; a code that is both is the SKU."""
        return self._products.get(code) or self._by_gtin.get(code.zfill(GTIN_DIGITS))

    def price_of(self, sku: str, at: datetime) -> ShelfPrice | None:
        """What it costs at a moment; None for a product that nobody knows.

        A price of the store counts before one of everywhere, then the one that began last; where
        none holds, the product's own does (decision 14).
        """
        product = self._products.get(sku)
        if product is None:
            return None
        found: BundledPrice | None = _first_held(self._prices.get(sku, ()), at)
        if found is None:
            return ShelfPrice(product.price_minor, product.currency)
        return ShelfPrice(found.price_minor, found.currency, found.price_id)

    def tax_of(self, sku: str) -> int | None:
        """Its tax, contained in the price, in basis points; None for an unknown product."""
        product = self._products.get(sku)
        return None if product is None else product.tax_basis_points

    def offers_of(self, sku: str, at: datetime) -> list[BundledOffer]:
        """The store's own offers on a product or its category, in the order in which they began."""
        product = self._products.get(sku)
        category = product and product.category
        found = (
            each
            for each in self._offers
            if _holds(each, at) and (each.sku == sku or (category and each.category == category))
        )
        return sorted(found, key=lambda each: (each.valid_from, each.offer_id))

    def recall_of(self, sku: str, lot: str | None, at: datetime) -> BundledRecall | None:
        """Why it may not be sold; a recall of one lot counts only where ``lot`` is that one."""
        for each in self._recalls.get(sku, ()):
            if _holds(each, at) and each.lot in (None, lot):
                return each
        return None

    def employee(self, card_hash: str) -> BundledEmployee | None:
        """Who has this card and is let in here."""
        return self._employees.get(card_hash.lower())

    def variants(self, sku: str) -> list[BundledProduct]:
        """All of its style, itself among them; empty for what has none."""
        product = self._products.get(sku)
        return list(self._styles.get(product.style, ())) if product and product.style else []

    def rule_tables(self, at: datetime) -> list[BundledTable]:
        """Of each decision table the version that counts, unless it has ended the table.

        One that was refused never counts: the last good one before it goes on.
        """
        begun = [each for each in self._tables if each.valid_from <= at]
        newest = {
            each.table_name: each
            for each in sorted(begun, key=lambda each: (each.valid_from, each.version))
        }
        return [newest[name] for name in sorted(newest) if newest[name].rows]

    def rule_table(self, name: str, version: int) -> BundledTable | None:
        """One version of a table, begun or not, unless it is refused or is not here."""
        wanted = (name, version)
        return next(
            (each for each in self._tables if (each.table_name, each.version) == wanted), None
        )

    @property
    def all_rule_tables(self) -> Sequence[BundledTable]:
        """Every version, begun or not, also those that are refused."""
        return self._all_tables


def catalog_of(whole: bytes) -> TillCatalog:
    """The catalog in a bundle's bytes; raises `edge.bundle.errors.BundleError`."""
    bundle = read_bundle(whole)
    return TillCatalog(BundleName(bundle.catalog_version, sha256_of(whole)), bundle)


def _read(bundle: ReadBundle, kind: str, row_type: type[msgspec.Struct]) -> list[Any]:
    decode = msgspec.json.Decoder(row_type).decode
    found: list[Any] = []
    for row_id, raw in bundle.rows.get(kind, {}).items():
        try:
            found.append(decode(raw))
        except (msgspec.MsgspecError, ValueError) as error:
            raise UnfitBundle(f"{kind}/{row_id}: {error}") from error
    return found


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    groups: dict[str, list[T]] = {}
    for key, each in pairs:
        groups.setdefault(key, []).append(each)
    return groups


def _in_order(prices: list[BundledPrice]) -> list[BundledPrice]:
    """The one that counts first where several hold. No two begin at once for one product and
    place; the id decides where a hand has made it so."""
    prices.sort(key=lambda each: each.price_id)
    prices.sort(key=lambda each: each.valid_from, reverse=True)
    prices.sort(key=lambda each: each.location_id is None)
    return prices


def _by_gtin(products: Iterable[BundledProduct]) -> dict[str, BundledProduct]:
    """Products by GTIN; of two that share one, the one that took the other's place."""
    found: dict[str, BundledProduct] = {}
    for each in products:
        gtin = (each.gtin or "").zfill(GTIN_DIGITS)
        held = found.get(gtin)
        if each.gtin and (held is None or each.replaces_sku == held.sku):
            found[gtin] = each
    return found


def _holds(row: _Timed, at: datetime) -> bool:
    return row.valid_from <= at and (row.valid_to is None or at < row.valid_to)


def _first_held(rows: Iterable[BundledPrice], at: datetime) -> BundledPrice | None:
    return next((each for each in rows if _holds(each, at)), None)
