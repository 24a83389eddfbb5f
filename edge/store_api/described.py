"""The store API's calls as its OpenAPI document tells them."""

from typing import Any

from edge.gateway.served import PROBLEM, json_answer, problems, referred
from topics.scalars import (
    EPOCH_MAX,
    ID_PATTERN,
    NUMBER_MAX,
    SAFE_INTEGER_MAX,
    TEXT_LENGTH_MAX,
)

Json = dict[str, Any]

_ID: Json = {"type": "string", "pattern": ID_PATTERN}
_TEXT: Json = {"type": "string", "minLength": 1, "maxLength": TEXT_LENGTH_MAX}
_ORDINAL: Json = {"type": "integer", "minimum": 1, "maximum": NUMBER_MAX}
_COUNT: Json = {"type": "integer", "minimum": 0, "maximum": NUMBER_MAX}
_EPOCH: Json = {"type": "integer", "minimum": 1, "maximum": EPOCH_MAX}
_AMOUNT: Json = {"type": "integer", "minimum": -NUMBER_MAX, "maximum": NUMBER_MAX}
_LEVEL: Json = {"type": "integer", "minimum": -SAFE_INTEGER_MAX, "maximum": SAFE_INTEGER_MAX}
_TIME: Json = {"type": "string", "format": "date-time"}

_REFUSALS = {
    "400": "The request is not of its form (200).",
    "403": "The certificate is no store's, or not good now (100).",
    "408": "The body did not arrive in time.",
    "413": "Too large (201).",
    "429": "Too much at once (202): come again after `Retry-After` seconds.",
    "503": "The database does not answer (300): come again after `Retry-After` seconds.",
}


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": properties}


def _list(items: Json, **bounds: int) -> Json:
    return {"type": "array", "items": items, **bounds}


def _path(name: str, schema: Json) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


_SOLD_LINE = _object(
    {
        "line_no": _COUNT,
        "sku": _ID,
        "quantity": _AMOUNT,
        "unit": {"type": "string"},
        "amount_minor": _AMOUNT,
    }
)

SCHEMAS: Json = {
    **PROBLEM,
    "StockOfShop": _object(
        {
            "location_id": _ID,
            "on_hand": _LEVEL,
            "in_carts": _LEVEL,
            "available": _LEVEL,
            "as_of": _TIME,
            "heard_at": {
                "type": ["string", "null"],
                "format": "date-time",
                "description": "When the centre last heard a till of this shop.",
            },
        }
    ),
    "SoldAnywhere": _object(
        {
            "location_id": _ID,
            "till_id": _ID,
            "epoch": _EPOCH,
            "sequence": _ORDINAL,
            "receipt_no": _TEXT,
            "business_date": {"type": "string", "format": "date"},
            "occurred_at": {"type": "string"},
            "total_minor": _AMOUNT,
            "lines": _list(_SOLD_LINE),
            "returned": {
                "type": "object",
                "description": "By line number: what came back, in whichever store, or is kept "
                "for somebody.",
                "additionalProperties": {"type": "integer"},
            },
        }
    )
    | {"description": "A sale as `checkout.receipts` has it, and what of it came back."},
    "SoldReceipts": _object({"as_of": _TIME, "receipts": _list(referred("SoldAnywhere"))}),
    "WantedReservation": _object(
        {
            "return_id": _TEXT,
            "lines": _list(
                _object({"line_no": _COUNT, "quantity": _ORDINAL}), minItems=1, maxItems=1_000
            ),
            "location_id": _ID,
            "till_id": _ID,
            "epoch": _EPOCH,
            "sequence": _ORDINAL,
            "taken_back": _list(
                _object(
                    {
                        "till_id": _ID,
                        "epoch": _EPOCH,
                        "sequence": _ORDINAL,
                        "return_id": _TEXT,
                        "lines": _list(_SOLD_LINE, maxItems=1_000),
                    }
                ),
                maxItems=200,
            )
            | {"description": "Returns of this receipt that the asking store has made."},
        },
        ("location_id", "till_id", "epoch", "sequence", "taken_back"),
    ),
    "KeptForReturn": _object(
        {
            "return_id": _TEXT,
            "receipt_no": _TEXT,
            "location_id": _ID,
            "lines": _list(
                _object(
                    {
                        "line_no": _COUNT,
                        "sku": _ID,
                        "quantity": _ORDINAL,
                        "unit": {"type": "string"},
                        "refund_minor": _COUNT,
                    }
                )
            ),
            "refund_minor": _COUNT,
            "reserved_seconds": _COUNT,
            "verified": {"const": "centre"},
        }
    ),
}

GET_STOCK: Json = {
    "operationId": "getStock",
    "summary": "Who has how much of a product.",
    "parameters": [_path("sku", _ID)],
    "responses": {
        "200": json_answer(
            "All locations that ever had it; none where nobody did.",
            _object({"sku": _ID, "as_of": _TIME, "shops": _list(referred("StockOfShop"))}),
        ),
        **problems(_REFUSALS),
    },
}

GET_RECEIPTS: Json = {
    "operationId": "getReceipts",
    "summary": "Sales with a receipt's number, of whichever stores.",
    "parameters": [_path("receipt_no", _TEXT)],
    "responses": {
        "200": json_answer("None is an empty list.", referred("SoldReceipts")),
        **problems(_REFUSALS),
    },
}

GET_CUSTOMERS_RECEIPTS: Json = {
    "operationId": "getCustomersReceipts",
    "summary": "A customer's newest 50 receipts, of whichever stores.",
    "parameters": [_path("customer_id", _TEXT)],
    "responses": {
        "200": json_answer("The newest first.", referred("SoldReceipts")),
        **problems(_REFUSALS),
    },
}

POST_RETURN: Json = {
    "operationId": "postReturn",
    "summary": "Reserve goods of a receipt that are about to come back in the asking store.",
    "description": "`return_id` is the key of idempotency: the same request of the same store is "
    "told the same, and another one with it takes the place of the one before. It ends by itself, "
    "or when the return has come.",
    "parameters": [_path("receipt_no", _TEXT)],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": referred("WantedReservation")}},
    },
    "responses": {
        "200": json_answer("They are kept for this return.", referred("KeptForReturn")),
        **problems(
            {
                **_REFUSALS,
                "404": "No store has sold by such a receipt (200).",
                "409": "More than is left, or several receipts have the number (200).",
            }
        ),
    },
}
