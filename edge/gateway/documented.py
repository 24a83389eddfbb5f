"""The OpenAPI 3.1 document of a server's calls, made of what stands beside each of them."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from edge.gateway.served import Operation, json_answer
from topics.export import CONTRACTS_VERSION

Json = dict[str, Any]

GET_OPENAPI = Operation(
    "GET",
    "/openapi.json",
    {
        "operationId": "getOpenapi",
        "summary": "This document.",
        "responses": {"200": json_answer("The document.", {"type": "object"})},
    },
    is_open=True,
)


def document_of(
    title: str, description: str, schemes: Json, operations: Iterable[Operation]
) -> Json:
    """The document; every call that is not open asks for all of ``schemes``, by name."""
    schemas: Json = {}
    paths: dict[str, Json] = {}
    for each in operations:
        schemas |= each.schemas
        paths.setdefault(each.path, {})[each.method.lower()] = _told(each, schemes)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": title,
            "version": CONTRACTS_VERSION,
            "description": description,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": schemes},
    }


def _told(operation: Operation, schemes: Json) -> Mapping[str, Any]:
    asked: list[Json] = [] if operation.is_open else [{name: [] for name in schemes}]
    return {**operation.told, "security": asked}


def text_of(document: Json) -> bytes:
    """A document as it is served and committed."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"
