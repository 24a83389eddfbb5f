"""The call for a product as the OpenAPI document tells it."""

from typing import Any

from edge.gateway.served import DEVICE_REFUSALS, PROBLEM, json_answer, problems, referred
from topics.scalars import ID_PATTERN, NUMBER_MAX, SAFE_INTEGER_MAX

Json = dict[str, Any]

_SIGNED: Json = {
    "type": "integer",
    "minimum": -SAFE_INTEGER_MAX,
    "maximum": SAFE_INTEGER_MAX,
}
_MONEY: Json = {"type": "integer", "minimum": 0, "maximum": NUMBER_MAX}
_TIME: Json = {"type": "string", "format": "date-time"}
_ID: Json = {"type": "string", "pattern": ID_PATTERN}
_ROW: Json = {"type": "object", "description": "As in the bundle: docs/catalog.md."}


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": properties}


def _or_null(schema: Json) -> Json:
    return {"oneOf": [schema, {"type": "null"}]}


_LEVEL: Json = {
    "on_hand": _SIGNED,
    "in_carts": _SIGNED,
    "available": _SIGNED,
    "as_of": _TIME,
    "stale": {"type": "boolean"},
}
_PRICE = _object(
    {"price_minor": _MONEY, "currency": {"type": "string"}, "price_id": {"type": "string"}},
    ("price_id",),
)

SCHEMAS: Json = {
    **PROBLEM,
    "StockHere": _object(_LEVEL),
    "StockInShop": _object({"location_id": _ID, **_LEVEL}),
    "ShownPrice": _PRICE,
    "ShownProduct": _object(
        {
            "product": _ROW,
            "price": referred("ShownPrice"),
            "offers": {"type": "array", "items": _ROW},
            "variants": {
                "type": "array",
                "description": "All of its style but itself.",
                "items": _object(
                    {
                        "product": _ROW,
                        "price": referred("ShownPrice"),
                        "stock": _or_null(referred("StockHere")),
                    }
                ),
            },
            "stock": _or_null(referred("StockHere"))
            | {"description": "Here; null where nothing of it ever moved, or nobody has said."},
            "catalog_version": _MONEY,
            "shops": {"type": "array", "items": referred("StockInShop")},
            "as_of": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "When the shops' levels were last known to be so.",
            },
            "stale": {"type": "boolean"},
        },
        ("shops", "as_of", "stale"),
    ),
}

GET_PRODUCT: Json = {
    "operationId": "getProduct",
    "summary": "A product with its price now, offers, variants and stock.",
    "parameters": [
        {
            "name": "code",
            "in": "path",
            "required": True,
            "description": "SKU, or GTIN of any length.",
            "schema": {"type": "string", "minLength": 1},
        },
        {
            "name": "all_shops",
            "in": "query",
            "description": "With the levels of all shops: `shops`, `as_of` and `stale`.",
            "schema": {"type": "boolean", "default": False},
        },
    ],
    "responses": {
        "200": json_answer("The product, by the catalog that counts.", referred("ShownProduct")),
        **problems(
            {
                **DEVICE_REFUSALS,
                "404": "Nobody here knows it (200).",
                "503": "The centre has told no catalog yet (300).",
            }
        ),
    },
}
