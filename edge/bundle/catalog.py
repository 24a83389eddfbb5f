"""What a till asks of its catalog: one version, read into memory, which never changes.

A cart keeps the catalog that it was opened with, so the price of its scans holds until it ends.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from edge.bundle.form import BundleName, ReadBundle, read_bundle, sha256_of
from edge.bundle.reading import (
    GTIN_DIGITS,
    by_gtin,
    first_held,
    grouped,
    holds,
    in_order,
    read_rows,
)
from edge.bundle.rows import (
    KINDS,
    BundledAnnouncement,
    BundledCardKey,
    BundledEmployee,
    BundledLocation,
    BundledOffer,
    BundledPrice,
    BundledProduct,
    BundledRecall,
    BundledSurvey,
    BundledTable,
)

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


class TillCatalog:
    """One version as a till uses it."""

    def __init__(self, name: BundleName, bundle: ReadBundle) -> None:
        """Raises `UnfitBundle` where a row cannot be read."""
        self.name = name
        self.location_id = bundle.location_id
        self.refused_tables: tuple[RefusedTable, ...] = ()
        """Versions that are here and do not count."""
        self._all_tables = self._read_tables(bundle)
        self._tables = _by_version(self._all_tables)
        others = {kind: row_type for kind, row_type in KINDS.items() if kind != _TABLE}
        rows = {kind: read_rows(bundle, kind, row_type) for kind, row_type in others.items()}
        products: list[BundledProduct] = rows["product"]
        self._products = {each.sku: each for each in products}
        self._by_gtin = by_gtin(products)
        self._styles = grouped((each.style, each) for each in products if each.style)
        self._prices = grouped((each.sku, each) for each in in_order(rows["price"]))
        self._offers: list[BundledOffer] = rows["offer"]
        self._recalls = grouped((each.sku, each) for each in rows["recall"])
        employees: list[BundledEmployee] = rows["employee"]
        self._by_card = {each.card_hash.lower(): each for each in employees}
        self._employees = {each.employee_id: each for each in employees}
        keys: list[BundledCardKey] = rows["card_key"]
        newest = max(keys, key=lambda each: each.version, default=None)
        self.card_key: bytes | None = newest and bytes.fromhex(newest.key)
        """Under which cards are hashed here; None where this store's tills know nobody."""
        self._announcements: list[BundledAnnouncement] = rows["announcement"]
        self._surveys: list[BundledSurvey] = rows["survey"]
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

    @property
    def sound_tables(self) -> Sequence[BundledTable]:
        """Every version that counts or may, with those that were taken over."""
        return list(self._tables.values())

    def take_over(self, tables: Iterable[BundledTable]) -> None:
        """Let versions count that this bundle has no more."""
        self._tables = _by_version([*self._tables.values(), *tables])

    def refuse(self, tables: Iterable[RefusedTable]) -> None:
        """Let these versions not count: of each table the one before does."""
        self.refused_tables += tuple(tables)
        refused = {(each.table, each.version) for each in self.refused_tables}
        self._tables = {
            name: each
            for name, each in _by_version(self._all_tables).items()
            if name not in refused
        }

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
        found: BundledPrice | None = first_held(self._prices.get(sku, ()), at)
        if found is None:
            return ShelfPrice(product.price_minor, product.currency)
        return ShelfPrice(found.price_minor, found.currency, found.price_id)

    def tax_of(self, sku: str) -> int | None:
        """Its tax, contained in the price, in basis points; None for an unknown product."""
        product = self._products.get(sku)
        return None if product is None else product.tax_basis_points

    def offers_at(self, at: datetime) -> list[BundledOffer]:
        """All of the store's own offers that hold at a moment."""
        return [each for each in self._offers if holds(each, at)]

    def offers_of(self, sku: str, at: datetime) -> list[BundledOffer]:
        """The store's own offers on a product or its category, in the order in which they began."""
        product = self._products.get(sku)
        category = product and product.category
        found = (
            each
            for each in self._offers
            if holds(each, at) and (each.sku == sku or (category and each.category == category))
        )
        return sorted(found, key=lambda each: (each.valid_from, each.offer_id))

    def recall_of(self, sku: str, lot: str | None, at: datetime) -> BundledRecall | None:
        """Why it may not be sold; a recall of one lot counts only where ``lot`` is that one."""
        for each in self._recalls.get(sku, ()):
            if holds(each, at) and each.lot in (None, lot):
                return each
        return None

    def employee(self, card_hash: str) -> BundledEmployee | None:
        """Who has this card and is let in here."""
        return self._by_card.get(card_hash.lower())

    def employee_of(self, employee_id: str) -> BundledEmployee | None:
        """Who has this id and is let in here."""
        return self._employees.get(employee_id)

    def announcements(self, at: datetime) -> list[BundledAnnouncement]:
        """What the information screen says, in the order in which it began."""
        found = (each for each in self._announcements if holds(each, at))
        return sorted(found, key=lambda each: (each.valid_from, each.announcement_id))

    def survey(self, at: datetime) -> BundledSurvey | None:
        """What the information screen asks: of several, the one that began last."""
        found = (each for each in self._surveys if holds(each, at))
        return max(found, key=lambda each: (each.valid_from, each.survey_id), default=None)

    def variants(self, sku: str) -> list[BundledProduct]:
        """All of its style, itself among them; empty for what has none."""
        product = self._products.get(sku)
        return list(self._styles.get(product.style, ())) if product and product.style else []

    def rule_tables(self, at: datetime) -> list[BundledTable]:
        """Of each decision table the version that counts, unless it has ended the table.

        One that was refused never counts: the last good one before it goes on.
        """
        begun = [each for each in self._tables.values() if each.valid_from <= at]
        newest = {
            each.table_name: each
            for each in sorted(begun, key=lambda each: (each.valid_from, each.version))
        }
        return [newest[name] for name in sorted(newest) if newest[name].rows]

    def rule_table(self, name: str, version: int) -> BundledTable | None:
        """One version of a table, begun or not, unless it is refused or is not here."""
        return self._tables.get((name, version))

    @property
    def all_rule_tables(self) -> Sequence[BundledTable]:
        """Every version, begun or not, also those that are refused."""
        return self._all_tables


def _by_version(tables: Iterable[BundledTable]) -> dict[tuple[str, int], BundledTable]:
    """By name and version; of two that say they are one, the first."""
    found: dict[tuple[str, int], BundledTable] = {}
    for each in tables:
        found.setdefault((each.table_name, each.version), each)
    return found


def catalog_of(whole: bytes) -> TillCatalog:
    """The catalog in a bundle's bytes; raises `edge.bundle.errors.BundleError`."""
    bundle = read_bundle(whole)
    return TillCatalog(BundleName(bundle.catalog_version, sha256_of(whole)), bundle)
