"""The store API's OpenAPI 3.1 document, made of what stands beside each call."""

from functools import cache

from aiohttp import web

from edge.gateway.documented import GET_OPENAPI, Json, document_of, text_of
from edge.gateway.health import GET_LIVE
from edge.gateway.served import Operation, json_answer, problems
from edge.store_api import calls

_DESCRIPTION = (
    "What the centre answers a store's gateway about other stores. It speaks TLS 1.3; who asks "
    "shows the fleet's certificate `store/<location>` and asks as that store alone. A gateway "
    "waits a second in all. Every refusal is a problem by RFC 9457 with a `code`: 100 who asks, "
    "200 to 202 the request, 300 the database."
)

_STORE: Json = {"store": {"type": "mutualTLS", "description": "The store's certificate."}}

GET_READY = Operation(
    "GET",
    "/ready",
    {
        "operationId": "getReady",
        "summary": "Whether the database answers.",
        "responses": {
            "200": json_answer(
                "It does.",
                {
                    "type": "object",
                    "required": ["ready"],
                    "properties": {"ready": {"const": True}},
                },
            ),
            **problems({"503": "It does not (300)."}),
        },
    },
    is_open=True,
)

OPERATIONS = (
    GET_LIVE,
    GET_READY,
    GET_OPENAPI,
    calls.GET_STOCK,
    calls.GET_RECEIPTS,
    calls.GET_CUSTOMERS_RECEIPTS,
    calls.POST_RETURN,
)
"""Every call. One that is not here is not served."""


def document() -> Json:
    """The document of these calls."""
    return document_of("Tillstream store API", _DESCRIPTION, _STORE, OPERATIONS)


@cache
def text() -> bytes:
    """The document as it is served and committed."""
    return text_of(document())


async def get_openapi(_: web.Request) -> web.Response:
    """The handler."""
    return web.Response(body=text(), content_type="application/json")
