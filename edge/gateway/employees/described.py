"""The call for an authorization as the OpenAPI document tells it."""

from typing import Any

from edge.gateway.employees.authorizations import GOOD_SECONDS, PARAMETER
from edge.gateway.served import DEVICE_REFUSALS, PROBLEM, json_answer, problems, referred
from topics.scalars import HASH_PATTERN, ID_PATTERN, NUMBER_MAX

Json = dict[str, Any]

_SHOWN: Json = {
    "type": "object",
    "required": ["card_hash", "card", "pin"],
    "properties": {
        "card_hash": {
            "type": "string",
            "pattern": HASH_PATTERN,
            "description": "Of the card, under the key that the till has for its store.",
        },
        "card": {"type": "string", "minLength": 1, "maxLength": 64},
        "pin": {"type": "string", "pattern": "^[0-9]{4,12}$"},
    },
}

_GIVEN: Json = {
    "type": "object",
    "required": [
        *("authorization", "employee_id", "role", "limits"),
        *("good_seconds", "server_time", "catalog_version"),
    ],
    "properties": {
        "authorization": {
            "type": "string",
            "description": f"Name it as `{PARAMETER}` in the query of what needs one. It is good "
            "at this till alone.",
        },
        "employee_id": {"type": "string", "pattern": ID_PATTERN},
        "role": {"type": "string"},
        "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
        "good_seconds": {"type": "integer", "const": GOOD_SECONDS},
        "server_time": {"type": "string", "format": "date-time"},
        "catalog_version": {"type": "integer", "minimum": 0, "maximum": NUMBER_MAX},
    },
}

SCHEMAS: Json = {**PROBLEM, "ShownCard": _SHOWN, "EmployeeAuthorization": _GIVEN}

AUTHORIZE: Json = {
    "operationId": "authorizeEmployee",
    "summary": "Authorize an employee by card and PIN, for a few minutes at this till.",
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": referred("ShownCard")}},
    },
    "responses": {
        "200": json_answer("They are let in here.", referred("EmployeeAuthorization")),
        **problems(
            {
                **DEVICE_REFUSALS,
                "403": "Card and PIN are not each other's (200), or the device may not ask (100).",
                "404": "Nobody with this card is let in here (200), by `catalog_version`.",
                "429": "The card is locked after wrong PINs, or too many are checked (202).",
                "503": "The centre has told no catalog yet (300).",
            }
        ),
    },
}
