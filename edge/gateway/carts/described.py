"""The calls for carts that wait, as the OpenAPI document tells them."""

from typing import Any

from edge.gateway.served import DEVICE_REFUSALS, PROBLEM, json_answer, problems, referred
from topics.scalars import ID_PATTERN

Json = dict[str, Any]

_TILL: Json = {"type": "string", "pattern": ID_PATTERN}
_CART: Json = {"type": "string", "minLength": 1, "maxLength": 128}

SCHEMAS: Json = {
    **PROBLEM,
    "WaitingCart": {
        "type": "object",
        "required": ["till_id", "cart_id", "suspended_at", "lines", "total_minor", "training"],
        "properties": {
            "till_id": {**_TILL, "description": "Where it was suspended."},
            "cart_id": _CART,
            "suspended_at": {"type": "string", "description": "By that till's clock."},
            "lines": {"type": "integer"},
            "total_minor": {"type": "integer"},
            "training": {"type": "boolean"},
        },
    },
    "WaitingCarts": {
        "type": "object",
        "required": ["carts", "gone"],
        "properties": {
            "carts": {
                "type": "array",
                "description": "With which the asking till may go on, the newest 200.",
                "items": referred("WaitingCart"),
            },
            "gone": {
                "type": "array",
                "description": "Carts that waited at the asking till; `till_id` goes on with them.",
                "items": {
                    "type": "object",
                    "required": ["cart_id", "till_id"],
                    "properties": {"cart_id": _CART, "till_id": _TILL},
                },
            },
        },
    },
    "HeldCart": {
        "type": "object",
        "required": ["till_id", "cart_id", "lines"],
        "properties": {
            "till_id": _TILL,
            "cart_id": _CART,
            "lines": {"type": "array", "items": {"type": "object"}},
            "training": {"type": "boolean"},
            "customer_id": {"type": ["string", "null"]},
        },
    },
}

_PLACE: list[Json] = [
    {"name": "till_id", "in": "path", "required": True, "schema": {"type": "string"}},
    {"name": "cart_id", "in": "path", "required": True, "schema": {"type": "string"}},
]

GET_CARTS: Json = {
    "operationId": "getCarts",
    "summary": "Carts that wait in this store.",
    "responses": {
        "200": json_answer("What the gateway has heard.", referred("WaitingCarts")),
        **problems({**DEVICE_REFUSALS}),
    },
}

POST_HOLD: Json = {
    "operationId": "holdCart",
    "summary": "Go on with a cart: no other till is given it any more.",
    "parameters": _PLACE,
    "responses": {
        "200": json_answer(
            "The cart, the same as often as the same till asks.", referred("HeldCart")
        ),
        **problems(
            {
                **DEVICE_REFUSALS,
                "404": "No such cart waits, as far as the gateway has heard (200).",
                "409": "Another till goes on with it, `held_by` (200).",
            }
        ),
    },
}

DELETE_HOLD: Json = {
    "operationId": "letCartGo",
    "summary": "Do not go on with it after all: it waits again.",
    "parameters": _PLACE,
    "responses": {
        "204": {"description": "The asking till does not have it."},
        **problems({**DEVICE_REFUSALS}),
    },
}
