"""Catalogs and decision tables at random, beside those that come along."""

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import orjson

import edge.rules
from edge.bundle.catalog import TillCatalog, catalog_of
from edge.bundle.form import canonical_row, whole_of
from edge.bundle.rows import BundledTable
from edge.rules.attributes import ATTRIBUTES, OUTCOMES
from edge.rules.files import read_files

HERE = "shop-1"
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
DATA = Path(edge.rules.__file__).parent / "data"

CATEGORIES = ("drinks", "alcohol", "tobacco", "produce", "watches", "toys")
FRUIT = ("orange", "apple", "kiwi")
SKUS = tuple(f"{category}-{number}" for category in CATEGORIES for number in range(5))

_CONDITIONS = {
    "subtotal_minor": lambda chance: f">= {chance.randrange(0, 12_000)}",
    "line_count": lambda chance: f"{chance.choice(['>=', '<'])} {chance.randrange(1, 8)}",
    "customer_known": lambda chance: chance.choice(["yes", "no"]),
    "category": lambda chance: f"'{chance.choice(CATEGORIES)}'",
    "sku": lambda chance: f"not '{chance.choice(SKUS)}'",
    "quantity": lambda chance: f">= {chance.randrange(1, 6)}",
    "scan_no": lambda chance: f"{chance.randrange(1, 3)}",
    "unit": lambda chance: chance.choice(["'each'", "'gram'"]),
}
_OF_CART = ("subtotal_minor", "line_count", "customer_known")


def along(version: int = 1) -> list[BundledTable]:
    """Those that come along."""
    paths = sorted(path for path in DATA.glob("*.csv") if ".tests" not in path.name)
    tables = (read_files(path).table for path in paths)
    return [msgspec.structs.replace(each, version=version, valid_from=BEGUN) for each in tables]


def drawn_table(chance: random.Random, name: str, version: int) -> BundledTable:
    """One to three rows of discounts; some join no other."""
    names = _OF_CART if chance.random() < 0.4 else tuple(_CONDITIONS)
    when = chance.sample(names, chance.randrange(1, 3))
    then = [chance.choice(["percent", "off_minor"]), "exclusive"]
    columns = [{"name": each, "part": "when", "type": ATTRIBUTES[each].type} for each in when]
    columns += [{"name": each, "part": "then", "type": OUTCOMES[each].type} for each in then]
    rows: list[dict[str, Any]] = []
    for number in range(chance.randrange(1, 4)):
        cells: list[str | None] = [_CONDITIONS[each](chance) for each in when]
        cells.append(str(chance.randrange(1, 30 if then[0] == "percent" else 900)))
        cells.append("yes" if chance.random() < 0.3 else None)
        rows.append({"row": f"row-{number}", "cells": cells})
    whole = {
        "table_name": name, "version": version, "columns": columns, "rows": rows, "tests": [],
        "hit_policy": chance.choice(["first", "collect"]), "valid_from": BEGUN.isoformat(),
    }  # fmt: skip
    return msgspec.convert(whole, BundledTable)


def drawn_tables(chance: random.Random, version: int) -> list[BundledTable]:
    """Some of those that come along, and up to three more."""
    more = [drawn_table(chance, f"promo-{each}", version) for each in "abc"]
    every = [*along(version), *more]
    return chance.sample(every, chance.randrange(1, len(every) + 1))


def drawn_catalog(
    chance: random.Random, tables: list[BundledTable], catalog_version: int
) -> TillCatalog:
    """A catalog of all goods, at prices of its own."""
    rows = dict(_product(chance, sku) for sku in (*SKUS, *FRUIT))
    for table in tables:
        key = ("rule_table", f"{table.table_name}/{table.version}")
        rows[key] = canonical_row(msgspec.to_builtins(table))
    return catalog_of(whole_of(HERE, catalog_version, rows))


def _product(chance: random.Random, sku: str) -> tuple[tuple[str, str], bytes]:
    is_fruit = sku in FRUIT
    row = {
        "sku": sku, "name": sku, "category": "produce" if is_fruit else sku.rpartition("-")[0],
        "unit": "gram" if is_fruit else "each", "price_minor": chance.randrange(1, 4_500),
        "currency": "EUR", "tax_basis_points": 700,
    }  # fmt: skip
    return ("product", sku), canonical_row(row)


def as_published(table: BundledTable) -> bytes:
    """The version as change data capture tells it."""
    row = msgspec.to_builtins(table) | {"locations": []}
    texts = {name: orjson.dumps(row[name]).decode() for name in ("columns", "rows", "tests")}
    return orjson.dumps(row | texts)
