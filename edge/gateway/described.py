"""The call for events as the OpenAPI document tells it, made of what the intake judges by."""

from typing import Any

from edge.gateway.outlet import Durable
from edge.gateway.served import DEVICE_REFUSALS, PROBLEM, json_answer, problems, referred
from edge.gateway.unreadable import REASON_LENGTH_MAX
from edge.journal.batches import BATCH_BYTES_MAX, BATCH_EVENTS_MAX
from topics.scalars import EPOCH_MAX, HASH_PATTERN, ID_PATTERN, NUMBER_MAX, SAFE_INTEGER_MAX

Json = dict[str, Any]

_HASH: Json = {"type": "string", "pattern": HASH_PATTERN}
_EPOCH: Json = {"type": "integer", "minimum": 1, "maximum": EPOCH_MAX}
_ORDINAL: Json = {"type": "integer", "minimum": 1, "maximum": NUMBER_MAX}
_COUNT: Json = {"type": "integer", "minimum": 0, "maximum": SAFE_INTEGER_MAX}
_RANGE: Json = {"type": "array", "items": _ORDINAL, "minItems": 2, "maxItems": 2}


def _object(properties: Json, optional: tuple[str, ...] = ()) -> Json:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "required": required, "properties": properties}


_HEAD = _object(
    {
        "epoch": _EPOCH,
        "sequence": _ORDINAL,
        "hash": _HASH,
        "receipt_count": _COUNT,
        "grand_total_minor": {
            "type": "integer",
            "minimum": -SAFE_INTEGER_MAX,
            "maximum": SAFE_INTEGER_MAX,
        },
    }
)

_BATCH = _object(
    {
        "epoch": _EPOCH,
        "first": _ORDINAL | {"description": "Number of the first event."},
        "prev": _HASH | {"description": "Hash of the event before it; zeros at the beginning."},
        "events": {
            "type": "array",
            "minItems": 1,
            "maxItems": BATCH_EVENTS_MAX,
            "items": {
                "description": "An event, by schemas/TillEvent.json; others are quarantined."
            },
        },
        "head": _HEAD,
        "signature": {
            "type": "string",
            "description": "Of the head's JSON, by the device's key: r and s in base64.",
        },
    },
    optional=("head", "signature"),
)

_AGE: Json = {
    "type": ["integer", "null"],
    "minimum": 0,
    "description": "For how many seconds the centre has not said that this is the newest; null "
    "where it has not since the gateway's start.",
}

_TAKEN = _object(
    {
        "accepted_to": _COUNT,
        "confirmed_to": _COUNT,
        "missing": {"type": "array", "items": _RANGE},
        "quarantined": {
            "type": "array",
            "items": _object(
                {
                    "sequence": _ORDINAL,
                    "reason": {"type": "string", "maxLength": REASON_LENGTH_MAX},
                }
            ),
        },
        "forks": {"type": "array", "items": _ORDINAL},
        "durable": {"enum": [each.value for each in Durable]},
        "server_time": {"type": "string", "format": "date-time"},
        "catalog_version": _COUNT,
        "catalog_age": _AGE,
        "devices_version": _COUNT,
        "devices_age": _AGE,
    },
    optional=("catalog_age", "devices_age"),
)

_CONFLICT: Json = {
    "allOf": [
        referred("Problem"),
        _object(
            {
                "conflict": {"enum": ["gap", "chain"]},
                "expected": _ORDINAL | {"maximum": NUMBER_MAX + 1},
                "last_hash": _HASH,
            },
            optional=("last_hash",),
        ),
    ]
}

SCHEMAS: Json = {
    **PROBLEM,
    "EventBatch": _BATCH,
    "TakenBatch": _TAKEN,
    "BatchConflict": _CONFLICT,
}

POST_EVENTS: Json = {
    "operationId": "postEvents",
    "summary": "Take events of a till, durable before they are answered.",
    "description": "The same batch gets the same answer, and goes on once.",
    "parameters": [
        {
            "name": "till_id",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": ID_PATTERN},
        }
    ],
    "requestBody": {
        "required": True,
        "description": f"At most {BATCH_BYTES_MAX // 1024} KiB.",
        "content": {"application/json": {"schema": referred("EventBatch")}},
    },
    "responses": {
        "200": json_answer("What is held now.", referred("TakenBatch")),
        **problems(DEVICE_REFUSALS),
        **problems(
            {"409": "The batch does not continue what is held: a gap, or another chain."},
            "BatchConflict",
        ),
    },
}
