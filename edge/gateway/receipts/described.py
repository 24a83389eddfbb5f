"""The calls for receipts and returns as the OpenAPI document tells them."""

from typing import Any

from edge.gateway.employees.authorizations import PARAMETER
from edge.gateway.served import DEVICE_REFUSALS, PROBLEM, json_answer, problems, referred
from topics.scalars import EPOCH_MAX, ID_PATTERN, NUMBER_MAX, TEXT_LENGTH_MAX

Json = dict[str, Any]

_TEXT: Json = {"type": "string", "minLength": 1, "maxLength": TEXT_LENGTH_MAX}
_ORDINAL: Json = {"type": "integer", "minimum": 1, "maximum": NUMBER_MAX}
_COUNT: Json = {"type": "integer", "minimum": 0, "maximum": NUMBER_MAX}

_REFUSALS = {
    **DEVICE_REFUSALS,
    "403": f"No `{PARAMETER}` that is good (200), or the device may not ask (100).",
    "404": "Nobody has such a receipt (200).",
}


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": properties}


def _path(name: str) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


_AUTHORIZED: Json = {
    "name": PARAMETER,
    "in": "query",
    "required": True,
    "description": "Of an employee at this till: `POST /v1/employees/authorize`.",
    "schema": {"type": "string"},
}

_WANTED = _object(
    {
        "return_id": _TEXT,
        "lines": {
            "type": "array",
            "minItems": 1,
            "items": _object({"line_no": _COUNT, "quantity": _ORDINAL}),
        },
        "till_id": {"type": "string", "pattern": ID_PATTERN},
        "epoch": {"type": "integer", "minimum": 1, "maximum": EPOCH_MAX},
        "sequence": _ORDINAL,
        "location_id": {"type": "string", "pattern": ID_PATTERN},
    },
    ("till_id", "epoch", "sequence", "location_id"),
)

_RESERVED = _object(
    {
        "return_id": _TEXT,
        "receipt_no": _TEXT,
        "location_id": {
            "type": "string",
            "pattern": ID_PATTERN,
            "description": "Whose receipt it is.",
        },
        "lines": {
            "type": "array",
            "items": _object(
                {
                    "line_no": _COUNT,
                    "sku": {"type": "string", "pattern": ID_PATTERN},
                    "quantity": _ORDINAL,
                    "unit": {"enum": ["each", "gram"]},
                    "refund_minor": _COUNT,
                }
            ),
        },
        "refund_minor": _COUNT,
        "reserved_seconds": _COUNT,
        "verified": {
            "enum": ["store", "centre"],
            "description": "By what this store knows alone, or by all stores.",
        },
    }
)

SCHEMAS: Json = {
    **PROBLEM,
    "StoredSale": {
        "type": "object",
        "description": "The event that made it, by schemas/Receipt.json, and what of each line "
        "came back or is reserved: `returned`, by line number.",
        "required": ["receipt_no", "lines", "returned"],
        "properties": {
            "receipt_no": _TEXT,
            "lines": {"type": "array"},
            "returned": {"type": "object", "additionalProperties": _COUNT},
            "as_of": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "When the centre knew it so of all stores; not told where a store "
                "asks no centre.",
            },
            "stale": {"type": "boolean", "description": "Whether the centre is away now."},
        },
    },
    "WantedReturn": _WANTED,
    "ReservedReturn": _RESERVED,
}

GET_RECEIPT: Json = {
    "operationId": "getReceipt",
    "summary": "A receipt of this store or, where the centre can be asked, of any; a list "
    "where several have the number.",
    "parameters": [_path("receipt_no"), _AUTHORIZED],
    "responses": {
        "200": json_answer(
            "What was sold, and what came back.",
            {"oneOf": [referred("StoredSale"), {"type": "array", "items": referred("StoredSale")}]},
        ),
        **problems(_REFUSALS),
    },
}

GET_CUSTOMERS_RECEIPTS: Json = {
    "operationId": "getCustomersReceipts",
    "summary": "A customer's newest receipts, of this store or, where the centre can be "
    "asked, of any.",
    "parameters": [_path("customer_id"), _AUTHORIZED],
    "responses": {
        "200": json_answer(
            "The newest first; none is an empty list.",
            _object(
                {
                    "receipts": {"type": "array", "items": referred("StoredSale")},
                    "as_of": {"type": ["string", "null"], "format": "date-time"},
                    "stale": {"type": "boolean"},
                },
                ("as_of", "stale"),
            ),
        ),
        **problems({status: words for status, words in _REFUSALS.items() if status != "404"}),
    },
}

POST_RETURN: Json = {
    "operationId": "postReturn",
    "summary": "Reserve goods of a receipt that are about to come back.",
    "description": "The same request again is told the same. The return itself is an event.",
    "parameters": [_path("receipt_no"), _AUTHORIZED],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": referred("WantedReturn")}},
    },
    "responses": {
        "200": json_answer("They are kept for this return.", referred("ReservedReturn")),
        **problems(
            {
                **_REFUSALS,
                "409": "More than is left, or several receipts have the number (200).",
            }
        ),
    },
}
