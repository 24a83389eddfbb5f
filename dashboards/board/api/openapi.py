"""The OpenAPI 3.1 document of the API and of the webhooks, made of their models."""

import re
from functools import cache
from typing import Any

import orjson
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from dashboards.board.api.endpoints import ENDPOINTS, ApiEndpoint
from dashboards.board.api.models import Problem
from dashboards.board.api.office_endpoints import OFFICE
from topics.export import CONTRACTS_VERSION
from topics.notices import AlertNotice

Json = dict[str, Any]

_DESCRIPTION = (
    "What Tillstream's sink has written to PostgreSQL: absolute states, each with a `version` "
    "that never goes back. Amounts are integers in minor units, quantities in base units, times "
    "RFC 3339 in UTC. Lists go on with `next_cursor`; an item that changes while a list is read "
    "is shown as it is when its page is read. Ask again with `If-None-Match` to be told 304 while "
    "nothing has changed. For changes as they happen, read the topics (asyncapi.json) or name a "
    "webhook. What is booked (documents) is sent with an id of yours: sent again, it is booked "
    "once."
)

_FAULTS = {
    "400": "A parameter that cannot be meant so.",
    "401": "No token, or one that is not known, was revoked or has run out.",
    "404": "There is no such item.",
    "403": "The token may read and not book.",
    "409": "As things stand it cannot be booked; `code` says why.",
    "415": "Something else than JSON.",
    "422": "A product or a location that nobody knows.",
    "503": "PostgreSQL does not answer now.",
}

_FAULTS_OF_CHANGES = ("400", "401", "403", "404", "409", "415", "422", "503")

_ALL = (*ENDPOINTS, *OFFICE)

_CARRIED = {
    "webhook-id": "The same for the same change, however often it is sent.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "`v1,` and the base64 HMAC-SHA256 of id, timestamp and body with dots "
    "between, keyed with the decoded secret.",
}


@cache
def text() -> bytes:
    """The document as it is served."""
    return orjson.dumps(document(), option=orjson.OPT_INDENT_2)


def document() -> Json:
    """The OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tillstream API",
            "version": CONTRACTS_VERSION,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": _paths(),
        "webhooks": {"restockAlert": {"post": _webhook()}},
        "components": {
            "schemas": _schemas(),
            "responses": {f"Problem{status}": _problem(text) for status, text in _FAULTS.items()},
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token of `tillstream tokens add`; a board that asks for no "
                    "sign-in needs none.",
                }
            },
        },
    }


def _paths() -> Json:
    found: Json = {}
    for each in _ALL:
        operation = _operation(each) if each.body is None else _change(each, each.body)
        found.setdefault(each.path, {})["get" if each.body is None else "post"] = operation
    return found


def _change(endpoint: ApiEndpoint, body: type[BaseModel]) -> Json:
    schema = {"$ref": f"#/components/schemas/{_name(body)}"}
    answer = _answer(endpoint)
    return {
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "parameters": _parameters(endpoint),
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "200": {**answer, "description": "The same was booked before, and not again now."},
            "201": answer,
            **{
                status: {"$ref": f"#/components/responses/Problem{status}"}
                for status in _FAULTS_OF_CHANGES
            },
        },
    }


def _operation(endpoint: ApiEndpoint) -> Json:
    faults = ["400", "401", "503"] + (["404"] if "{" in endpoint.path else [])
    return {
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "parameters": [*_parameters(endpoint), _IF_NONE_MATCH],
        "responses": {
            "200": _answer(endpoint),
            "304": {"description": "What the named tag stands for is still so."},
            **{
                status: {"$ref": f"#/components/responses/Problem{status}"}
                for status in sorted(faults)
            },
        },
    }


_IF_NONE_MATCH: Json = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of an earlier answer.",
    "schema": {"type": "string"},
}


def _answer(endpoint: ApiEndpoint) -> Json:
    model = endpoint.answer
    schema = model if isinstance(model, dict) else {"$ref": f"#/components/schemas/{_name(model)}"}
    return {
        "description": endpoint.summary,
        "headers": {"ETag": {"description": "Tag of this answer.", "schema": {"type": "string"}}},
        "content": {"application/json": {"schema": schema}},
    }


def _problem(description: str) -> Json:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": schema}},
    }


def _parameters(endpoint: ApiEndpoint) -> list[Json]:
    in_path = re.findall(r"{(\w+)}", endpoint.path)
    described = endpoint.asked.model_json_schema(by_alias=True).get("properties", {})
    return [
        {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in in_path,
            "description": schema.get("description", f"The {name}."),
            "schema": _without_null(schema),
        }
        for name, schema in described.items()
    ]


def _without_null(schema: Json) -> Json:
    """An optional parameter is left out: nobody can write null into an address."""
    (value, *_) = schema.get("anyOf", [schema])
    dropped = ("title", "description") + (("default",) if "anyOf" in schema else ())
    return {name: each for name, each in value.items() if name not in dropped}


def _webhook() -> Json:
    return {
        "summary": "A restock alert was raised, changed its reason, or was cleared.",
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": description,
                "schema": {"type": "string"},
            }
            for name, description in _CARRIED.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/AlertNotice"}}
            },
        },
        "responses": {"2XX": {"description": "Taken. Anything else is sent again later."}},
    }


def _schemas() -> Json:
    answers = [each.answer for each in _ALL if not isinstance(each.answer, dict)]
    models: list[type[BaseModel]] = [*answers, Problem, AlertNotice]
    bodies = [each.body for each in _ALL if each.body is not None]
    _, shared = models_json_schema(
        [
            *((model, "serialization") for model in models),
            *((model, "validation") for model in bodies),
        ],
        by_alias=True,
        ref_template="#/components/schemas/{model}",
    )
    return shared["$defs"]


def _name(model: type[BaseModel]) -> str:
    return model.__name__
