"""Rows of the tests, as the gateway writes them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from edge.bundle.catalog import TillCatalog, catalog_of
from edge.bundle.form import BundleRows, RowKey, canonical_row, whole_of

HERE = "shop-1"
NOON = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def product(sku: str = "tea", **fields: Any) -> tuple[RowKey, bytes]:
    row = {
        "sku": sku, "name": "Tea", "category": "drinks", "unit": "each", "price_minor": 300,
        "currency": "EUR", "tax_basis_points": 700,
    }  # fmt: skip
    return ("product", sku), canonical_row(row | fields)


def price(price_id: str, price_minor: int, begins: datetime, **fields: Any) -> tuple[RowKey, bytes]:
    row = {
        "price_id": price_id, "sku": "tea", "price_minor": price_minor, "currency": "EUR",
        "valid_from": begins,
    }  # fmt: skip
    return ("price", price_id), canonical_row(row | fields)


def timed(kind: str, row_id: str, **fields: Any) -> tuple[RowKey, bytes]:
    row = {f"{kind}_id": row_id, "valid_from": NOON, "valid_to": NOON + HOUR}
    return (kind, row_id), canonical_row(row | fields)


def offer(offer_id: str, **fields: Any) -> tuple[RowKey, bytes]:
    return timed("offer", offer_id, **{"location_id": HERE, **fields})


def table(version: int = 1, begins: datetime = NOON, **fields: Any) -> tuple[RowKey, bytes]:
    row = {
        "table_name": "discounts", "version": version, "hit_policy": "unique",
        "columns": [{"name": "subtotal_minor", "part": "when", "type": "integer"}],
        "rows": [{"row": "off5", "cells": [">= 5000"]}],
        "tests": [{"test": "hit", "given": {"subtotal_minor": 5000}, "expect": ["off5"]}],
        "valid_from": begins,
    }  # fmt: skip
    return ("rule_table", f"discounts/{version}"), canonical_row(row | fields)


def whole(*rows: tuple[RowKey, bytes], version: int = 1, location_id: str = HERE) -> bytes:
    held: BundleRows = dict(rows)
    return whole_of(location_id, version, held)


def catalog(*rows: tuple[RowKey, bytes]) -> TillCatalog:
    return catalog_of(whole(*rows))
