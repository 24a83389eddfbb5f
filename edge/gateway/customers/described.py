"""The call for a customer as the OpenAPI document tells it."""

from typing import Any

from edge.gateway.employees.authorizations import PARAMETER
from edge.gateway.served import DEVICE_REFUSALS, PROBLEM, json_answer, problems, referred
from topics.scalars import ID_PATTERN

Json = dict[str, Any]

SCHEMAS: Json = {
    **PROBLEM,
    "TillCustomer": {
        "type": "object",
        "required": ["customer_id", "consents"],
        "properties": {
            "customer_id": {"type": "string", "pattern": ID_PATTERN},
            "consents": {"type": "object", "additionalProperties": {"type": "boolean"}},
        },
    },
}

GET_CUSTOMER: Json = {
    "operationId": "getCustomer",
    "summary": "A customer, by id or by the hash of their card.",
    "parameters": [
        {"name": "customer_id", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": PARAMETER, "in": "query", "required": True, "schema": {"type": "string"}},
    ],
    "responses": {
        "200": json_answer("Who they are, by no name.", referred("TillCustomer")),
        **problems(
            {
                **DEVICE_REFUSALS,
                "403": f"No `{PARAMETER}` that is good (200), or the device may not ask (100).",
                "404": "Nobody here knows them (200).",
            }
        ),
    },
}
