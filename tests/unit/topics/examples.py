"""One valid value of every input, which the tests then spoil."""

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
            "goods_returned",
            {
                "return_id": "b-1",
                "receipt_no": "r-98765",
                "lines": [LINE],
                "refund_minor": 398,
                "restock": True,
            },
        ),
        ("till_heartbeat", {}),
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
}

POLICY: dict[str, Any] = {
    "location_id": "shop-0042",
    "sku": "4006381333931",
    "listed": True,
    "reorder_point": 6,
    "order_up_to": 24,
    "hysteresis": 2,
    "__deleted": "false",
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
}
