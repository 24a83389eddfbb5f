"""One call that a gateway answers: its place, its words for programs, and who answers it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from aiohttp.typedefs import Handler

from edge.problems import CONTENT_TYPE, Code

Json = dict[str, Any]


class Operation(NamedTuple):
    """A call as the OpenAPI document tells it. Each stands beside what answers it.

    ``told`` is the document's operation object, and ``schemas`` are those that it refers to, by
    name. Who asks an ``is_open`` one needs neither a certificate nor a signature.
    """

    method: str
    path: str
    told: Mapping[str, Any]
    schemas: Mapping[str, Any] = {}
    is_open: bool = False


class ServedCall(NamedTuple):
    """An operation and who answers it."""

    operation: Operation
    handler: Handler


PROBLEM: Mapping[str, Any] = {
    "Problem": {
        "type": "object",
        "description": "Why a request is refused (RFC 9457).",
        "required": ["type", "title", "status", "code", "detail"],
        "properties": {
            "type": {"const": "about:blank"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"enum": [code.value for code in Code]},
            "detail": {"type": "string", "description": "What to change, for people."},
            "server_time": {"type": "string", "format": "date-time"},
        },
    }
}
"""A schema for `Operation.schemas`."""

DEVICE_REFUSALS: Mapping[str, str] = {
    "400": "The request is not of its form.",
    "401": "Certificate, digest, signature or nonce does not hold (100, 101, 103), or the request "
    "was signed too long ago or ahead of time (102, with `server_time`).",
    "403": "The device may not ask this (100).",
    "408": "The body did not arrive in time.",
    "413": "Too large (201).",
    "415": "The body is compressed.",
    "429": "Too much at once (202): come again after `Retry-After` seconds.",
    "503": "Nothing can be kept now (202, 300): come again after `Retry-After` seconds.",
}
"""Of every call that a device must prove."""


def referred(schema: str) -> Json:
    """A schema by its name in the document."""
    return {"$ref": f"#/components/schemas/{schema}"}


def json_answer(description: str, schema: Mapping[str, Any]) -> Json:
    """An answer with a JSON body."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def problems(told: Mapping[str, str], schema: str = "Problem") -> Json:
    """Refusals by status, each with its words."""
    content = {CONTENT_TYPE: {"schema": referred(schema)}}
    return {status: {"description": words, "content": content} for status, words in told.items()}
