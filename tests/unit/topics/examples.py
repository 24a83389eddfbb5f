"""One valid value of every input and derived row, which the tests then spoil."""

from typing import Any

LINE = {
    "line_no": 1,
    "sku": "4006381333931",
    "quantity": 2,
    "unit": "each",
    "unit_price_minor": 199,
    "amount_minor": 398,
}
WEIGHED = LINE | {"line_no": 2, "sku": "plu-4011", "quantity": 250, "unit": "gram"}

ENVELOPE = {
    "event_id": "01932f5e-7a1b-7c3d-8e4f-0123456789ab",
    "location_id": "shop-0042",
    "till_id": "shop-0042.till_3",
    "epoch": 1,
    "sequence": 1234,
    "occurred_at": "2026-11-21T09:30:00.123Z",
    "business_date": "2026-11-21",
}

SHIFT = {"shift_id": "s-1", "cashier_id": "7"}
TENDER = {"cart_id": "c-1", "tender_id": "t-1", "kind": "card", "amount_minor": 786}
CHAIN = {"prev": "0" * 64, "hash": "aF" * 32}

TILL_EVENTS: list[dict[str, Any]] = [
    {"type": kind, **ENVELOPE, **added}
    for kind, added in (
        ("cart_opened", {"cart_id": "c-1", "cashier_id": "7"}),
        ("line_added", {"cart_id": "c-1", "line": LINE}),
        ("line_voided", {"cart_id": "c-1", "line_no": 1}),
        ("cart_abandoned", {"cart_id": "c-1"}),
        (
            "cart_completed",
            {
                "cart_id": "c-1",
                "receipt_no": "r-98765",
                "currency": "EUR",
                "lines": [LINE, WEIGHED],
                "discounts": [{"rule": "Zehn für neun", "amount_minor": -10}],
                "taxes": [{"rate_basis_points": 1900, "amount_minor": 123}],
                "tenders": [{"kind": "card", "amount_minor": 786}],
                "total_minor": 786,
                "customer_id": None,
            },
        ),
        (
            "cart_completed",
            {
                "cart_id": "c-2",
                "receipt_no": "r-98766",
                "currency": "EUR",
                "lines": [LINE],
                "discounts": [],
                "taxes": [],
                "tenders": [{"kind": "cash", "amount_minor": 398}],
                "total_minor": 398,
                "rules": {
                    "tables": {"off5": 1, "id-check": 12},
                    "categories": {"4006381333931": "Stifte für Büros"},
                    "notes": [{"rule": "a/b", "note": "kept", "line_nos": [1]}],
                },
            },
        ),
        (
            "goods_returned",
            {
                "return_id": "b-1",
                "receipt_no": "r-98765",
                "lines": [LINE],
                "refund_minor": 398,
                "restock": True,
            },
        ),
        (
            "goods_returned",
            {
                "return_id": "b-2",
                "receipt_no": "r-98765",
                "lines": [LINE],
                "refund_minor": 398,
                "restock": False,
                "cashier_id": "7",
                "verified": "store",
                "receipt_location_id": "shop-2",
            },
        ),
        ("till_heartbeat", {"catalog_version": 41, "features_version": "7", "build": "1.4"}),
        ("cart_suspended", {"cart_id": "c-1"}),
        ("cart_resumed", {"cart_id": "c-1", "from_till_id": "till-9", "lines": [LINE, WEIGHED]}),
        ("shift_opened", {**SHIFT, "float_minor": 10_000}),
        ("shift_counted", {**SHIFT, "counted": {"500": 3, "5": 12}}),
        ("shift_closed", {**SHIFT, "expected_minor": 12_345, "over_short_minor": -5}),
        ("cash_moved", {**SHIFT, "amount_minor": -2_000, "reason": "to the bank"}),
        ("tender_requested", TENDER),
        ("tender_settled", {**TENDER, "outcome": "captured"}),
        ("age_checked", {"cashier_id": "7", "cart_id": "c-1", "outcome": "passed"}),
        ("drawer_opened", {"cashier_id": "7", "reason": "change"}),
        ("noted", {"kind": "survey", "detail": {"question": "Würstchen?", "answer": 4}}),
        ("noted", {"kind": "rule_checked", "detail": {"rule": "a/b"}, "cart_id": "c-1"}),
        ("noted", {"kind": "discount", "detail": {"step": "given"}, "cart_id": "c-1"}),
        ("unreadable", {"body": "eyJ0", "reason": "cut off"}),
        ("cart_opened", {"cart_id": "c-2", "training": True, "chain": CHAIN}),
    )
]

MOVEMENT: dict[str, Any] = {
    "movement_id": "m-1",
    "location_id": "shop-0042",
    "sku": "4006381333931",
    "quantity": -12,
    "reason": "transfer_out",
    "reference": None,
    "occurred_at": "2026-11-21T09:30:00.123456Z",
    "origin": "shop-0042",
    "number": 17,
}

POLICY: dict[str, Any] = {
    "location_id": "shop-0042",
    "sku": "4006381333931",
    "listed": True,
    "reorder_point": 6,
    "order_up_to": 24,
    "hysteresis": 2,
    "__deleted": "false",
    "__source_ts_ms": 1795253400123,
}

LOCATION: dict[str, Any] = {
    "location_id": "shop-0042",
    "name": "Zürich, Löwenplatz",
    "kind": "shop",
    "time_zone": "Europe/Zurich",
    "region": None,
}

PRODUCT: dict[str, Any] = {
    "sku": "4006381333931",
    "gtin": "4006381333931",
    "name": "Crème fraîche",
    "category": "dairy",
    "unit": "each",
    "price_minor": 199,
    "currency": "EUR",
    "tax_basis_points": 700,
    "style": "crème",
    "colour": "white",
    "size": "200 g",
    "image": "dairy/crème.webp",
    "replaces_sku": "4006381333900",
    "supplier": "Molkerei Süd",
    "pack_size": 12,
    "cost_minor": 121,
}

UPKEEP: list[dict[str, Any]] = [
    {
        "type": "till_forgotten",
        "location_id": "shop-0042",
        "till_id": "till-3",
        "up_to_epoch": 2,
        "after_offset": 1042,
        "decided_by": "ops",
        "decided_at": "2026-11-21T09:30:00+01:00",
    },
    {
        "type": "gap_closed",
        "location_id": "shop-0042",
        "till_id": "till-3",
        "epoch": 1,
        "up_to_sequence": 40,
        "after_offset": 1042,
        "decided_by": "ops",
        "decided_at": "2026-11-21T09:30:00Z",
    },
    {
        "type": "row_restated",
        "location_id": "shop-0042",
        "topic": "stock.levels",
        "key": "shop-0042/4006381333931",
        "after_offset": 1042,
        "decided_by": "ops",
        "decided_at": "2026-11-21T09:30:00Z",
    },
]

LEVEL: dict[str, Any] = {
    "location_id": "shop-1",
    "sku": "milk",
    "on_hand": -1,
    "in_carts": 2,
    "available": -3,
    "version": 7,
    "as_of": "2026-11-21T09:30:00Z",
}
PRODUCT_STOCK: dict[str, Any] = {
    "sku": "milk",
    "on_hand": -1,
    "in_carts": 2,
    "available": -3,
    "locations_stocked": 0,
    "locations_empty": 4,
    "version": 7,
    "as_of": "2026-11-21T09:30:00Z",
}
LEVELS_OF_PRODUCT: list[dict[str, Any]] = [
    {
        "sku": "milk",
        "location_id": "shop-1",
        "on_hand": -1,
        "in_carts": 2,
        "as_of": "2026-11-21T09:30:00Z",
        "offset": 7,
    },
    {
        "sku": "milk",
        "location_id": "shop-1",
        "on_hand": None,
        "in_carts": None,
        "as_of": None,
        "offset": 8,
    },
]
TOTALS: dict[str, Any] = {
    "location_id": "shop-1",
    "till_id": None,
    "business_date": "2026-11-21",
    "receipts": 1,
    "returns": 0,
    "units": 2,
    "weight_grams": 1500,
    "returned_units": 0,
    "returned_weight_grams": 20,
    "gross_minor": 300,
    "discount_minor": -10,
    "tax_minor": 40,
    "refund_minor": 0,
    "net_sales_minor": 290,
    "tenders": {"cash": 290},
    "open_carts": 1,
    "discrepancies": 0,
    "version": 7,
    "as_of": "2026-11-21T09:30:00Z",
}
ALERT: dict[str, Any] = {
    "location_id": "shop-1",
    "sku": "milk",
    "state": "raised",
    "reason": "negative_stock",
    "on_hand": -1,
    "reorder_point": None,
    "suggested_quantity": 1,
    "raised_at": "2026-11-21T09:30:00Z",
    "cleared_at": None,
    "version": 7,
}
STATUS: dict[str, Any] = {
    "location_id": "shop-1",
    "till_id": "till-1",
    "epoch": 4,
    "last_sequence": 9,
    "last_hash": "0f" * 32,
    "missing": [[2, 3], [5, 5]],
    "missing_count": 3,
    "older": [{"epoch": 3, "last_sequence": 9, "missing": [[1, 2]]}],
    "quarantined": 1,
    "duplicates": 4,
    "forks": 2,
    "unlisted": 5,
    "last_seen": "2026-11-21T09:30:00Z",
    "version": 7,
}

ALL_TOTALS = [TOTALS, TOTALS | {"till_id": "till-1"}]
ALERTS = [ALERT, ALERT | {"state": "cleared", "cleared_at": "2026-11-21T11:30:00+01:00"}]
