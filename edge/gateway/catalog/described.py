"""The call for the catalog as the OpenAPI document tells it."""

from typing import Any

from edge.gateway.served import DEVICE_REFUSALS, PROBLEM, json_answer, problems, referred
from topics.scalars import ID_PATTERN, NUMBER_MAX

Json = dict[str, Any]

WAIT_SECONDS_MAX = 25
"""A question is held open so long. Proxies close what says nothing for half a minute, and a
connection that is gone is noticed only then."""

HAVE_PATTERN = "^([0-9]{1,12}|[0-9a-f]{64})$"

_HASH: Json = {"type": "string", "pattern": "^[0-9a-f]{64}$"}

_ROWS: Json = {
    "type": "object",
    "description": "Rows by kind and id; docs/catalog.md has their fields.",
    "additionalProperties": {"type": "object", "additionalProperties": {"type": "object"}},
}

_IDS: Json = {
    "type": "object",
    "description": "Ids by kind.",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
}


def _object(**more: Json) -> Json:
    properties = {
        "catalog_version": {"type": "integer", "minimum": 0, "maximum": NUMBER_MAX},
        "location_id": {"type": "string", "pattern": ID_PATTERN},
        "schema": {"type": "integer"},
        **more,
    }
    return {"type": "object", "required": sorted(properties), "properties": properties}


SCHEMAS: Json = {
    **PROBLEM,
    "Bundle": _object(rows=_ROWS),
    "BundleDifference": _object(**{"from": _HASH, "sha256": _HASH, "changed": _ROWS, "gone": _IDS}),
}

_HEADERS: Json = {
    "ETag": {
        "description": "SHA-256 of the newest version: of the bytes of the whole, or of what comes "
        "of the difference.",
        "schema": {"type": "string"},
    },
    "Age": {
        "description": "Seconds since the catalog was known to be all that the centre has; left "
        "out where the gateway has heard nothing since its start.",
        "schema": {"type": "integer", "minimum": 0},
    },
}

GET_BUNDLE: Json = {
    "operationId": "getBundle",
    "summary": "The store's catalog, whole or as what leads on from the version that the till has.",
    "parameters": [
        {
            "name": "have",
            "in": "query",
            "description": "What the till has, by SHA-256 or catalog_version. From a version that "
            "the gateway does not know, the whole leads on.",
            "schema": {"type": "string", "pattern": HAVE_PATTERN},
        },
        {
            "name": "wait",
            "in": "query",
            "description": "Seconds for which the question is held open until there is news; "
            f"more than {WAIT_SECONDS_MAX} are {WAIT_SECONDS_MAX}.",
            "schema": {"type": "integer", "minimum": 0, "maximum": 999_999_999, "default": 0},
        },
    ],
    "responses": {
        "200": json_answer(
            "A version: canonical JSON, whole or with `from`.",
            {"oneOf": [referred("Bundle"), referred("BundleDifference")]},
        )
        | {"headers": _HEADERS},
        "204": {"description": "No news.", "headers": _HEADERS},
        **problems({**DEVICE_REFUSALS, "503": "The centre has told no catalog yet (300)."}),
    },
}
