"""The gateway's OpenAPI 3.1 document, made of what stands beside each call."""

from collections.abc import Iterable
from functools import cache

from aiohttp import web

from edge.gateway import calls, health
from edge.gateway.carts import cart_calls
from edge.gateway.catalog import bundle_call
from edge.gateway.customers import customer_call
from edge.gateway.documented import GET_OPENAPI, Json, document_of, text_of
from edge.gateway.employees import authorize_call
from edge.gateway.products import product_call
from edge.gateway.receipts import receipt_calls
from edge.gateway.served import Operation

_DESCRIPTION = (
    "What a store's gateway answers its tills. It speaks TLS 1.3 and shows `store/<location>`. "
    "Calls of tills show the device's certificate and are signed by its key: RFC 9421, label "
    "`till`, algorithm `ecdsa-p256-sha256`, tag `tillstream`, over `@method`, `@path`, `@query` "
    "and `content-digest` (`sha-256`, of an empty body too), with `created`, `nonce` and `keyid`, "
    "the hex SHA-256 of the certificate. Every refusal is a problem by RFC 9457 with a `code`: "
    "100 to 103 the device, 200 to 202 the request, 300 who is asked behind."
)

_SIGNED: Json = {
    "device": {
        "type": "mutualTLS",
        "description": "The device's certificate, and a signature by its key.",
    }
}

OPERATIONS = (
    health.GET_LIVE,
    health.GET_READY,
    GET_OPENAPI,
    calls.POST_EVENTS,
    cart_calls.GET_CARTS,
    cart_calls.POST_HOLD,
    cart_calls.DELETE_HOLD,
    bundle_call.GET_BUNDLE,
    product_call.GET_PRODUCT,
    authorize_call.AUTHORIZE,
    customer_call.GET_CUSTOMER,
    receipt_calls.GET_RECEIPT,
    receipt_calls.GET_CUSTOMERS_RECEIPTS,
    receipt_calls.POST_RETURN,
)
"""Every call of a gateway. One that is not here, the gateway does not serve."""


def document(operations: Iterable[Operation] = OPERATIONS) -> Json:
    """The document of these calls."""
    return document_of("Tillstream gateway", _DESCRIPTION, _SIGNED, operations)


@cache
def text() -> bytes:
    """The document as it is served and committed."""
    return text_of(document())


async def get_openapi(_: web.Request) -> web.Response:
    """The handler."""
    return web.Response(body=text(), content_type="application/json")
