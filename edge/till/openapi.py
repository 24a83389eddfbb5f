"""The OpenAPI 3.1 document of a till's own calls, made of what their bodies are read by."""

from functools import cache
from typing import Any, NamedTuple

import msgspec
import orjson

from edge.till import asked
from edge.till import asked_of_people as people
from edge.till.answering import KEY_LENGTH_MAX
from edge.till.api import ROOT
from edge.till.refusals import WhyNot

Json = dict[str, Any]

DOCUMENT_VERSION = "1.2.0"
"""Rises in the middle with what is new, and in front where a program must change."""


class TillCall(NamedTuple):
    """One call: its place below `ROOT`, what it does, and what its body is read by."""

    method: str
    path: str
    summary: str
    body: type[msgspec.Struct] | None = None
    status: int = 200
    has_key: bool = True


CALLS = (
    TillCall("put", "/day", "Open a business day.", asked.AskedDay),
    TillCall("post", "/carts", "Open a cart.", asked.AskedCart, 201),
    TillCall("post", "/takeovers", "Go on with another till's cart.", asked.AskedTakeOver, 201),
    TillCall("post", "/carts/{cart_id}/lines", "Add a line.", asked.AskedLine, 201),
    TillCall("post", "/carts/{cart_id}/input", "Do what the field reads.", asked.AskedInput),
    TillCall("post", "/carts/{cart_id}/voids", "Take a line out.", asked.AskedVoid),
    TillCall("post", "/carts/{cart_id}/suspend", "Let a cart wait.", asked.AskedStep),
    TillCall("post", "/carts/{cart_id}/resume", "Go on with a cart.", asked.AskedStep),
    TillCall("post", "/carts/{cart_id}/abandon", "End a cart without a sale.", asked.AskedStep),
    TillCall("post", "/carts/{cart_id}/cards", "Ask the card terminal.", asked.AskedCard, 201),
    TillCall("post", "/carts/{cart_id}/tenders", "A terminal will be asked.", asked.AskedTender),
    TillCall("post", "/carts/{cart_id}/settlements", "It answered.", asked.AskedSettlement),
    TillCall("post", "/carts/{cart_id}/checks", "Say what a check found.", asked.AskedAnswer),
    TillCall("post", "/carts/{cart_id}/discounts", "Give one.", asked.AskedDiscount, 201),
    TillCall("post", "/carts/{cart_id}/discounts/voids", "Take back.", asked.AskedBackDiscount),
    TillCall("post", "/carts/{cart_id}/customer", "Note whose it is.", asked.AskedCustomer),
    TillCall("post", "/carts/{cart_id}/complete", "Sell.", asked.AskedCompletion),
    TillCall("post", "/returns", "Take goods back.", asked.AskedReturn, 201),
    TillCall("post", "/events", "Keep what is no sale, as the contracts have it.", status=201),
    TillCall("post", "/carts/{cart_id}/age-checks", "Check an age.", asked.AskedAge, 201),
    TillCall("get", "/ages/{years}", "Who was born by which day is old enough."),
    TillCall("post", "/shifts", "Begin a shift.", asked.AskedShift, 201),
    TillCall("post", "/shifts/cash", "Put cash in or take it out.", asked.AskedCash, 201),
    TillCall("post", "/shifts/counts", "The drawer was counted.", asked.AskedCount, 201),
    TillCall("post", "/shifts/close", "End the shift.", asked.AskedEnd),
    TillCall("get", "/shifts", "The open shift, and those that ended."),
    TillCall("get", "/shifts/{shift}", "The X report of `x`, or a Z report."),
    TillCall("post", "/drawer", "Open the drawer for a reason.", asked.AskedDrawer, 201),
    TillCall("get", "/receipts/{receipt_no}", "A receipt of this till, laid out."),
    TillCall("get", "/receipts/{receipt_no}/code", "Its QR code, as SVG."),
    TillCall("post", "/receipts/{receipt_no}/prints", "Print it.", asked.AskedPrint),
    TillCall(
        "post",
        "/receipts/{receipt_no}/returns",
        "Take goods of it back.",
        asked.AskedReceiptReturn,
        201,
    ),
    TillCall("post", "/carts/{cart_id}/customer-card", "Whose cart.", people.AskedCustomerCard),
    TillCall("post", "/employees/holder", "Whose card.", people.AskedHolder, has_key=False),
    TillCall("post", "/employees/sign-in", "Take the till's seat.", people.AskedSignIn),
    TillCall("post", "/employees/approvals", "Approve one request.", people.AskedSignIn),
    TillCall("post", "/employees/sign-out", "Leave the till's seat."),
    TillCall("post", "/employees/unlocks", "End the lock of a card.", people.AskedUnlock),
    TillCall("get", "/screen", "What the information screen shows."),
    TillCall("post", "/surveys/{survey_id}/answers", "Answer it.", people.AskedSurveyAnswer, 201),
    TillCall("get", "/carts", "Every cart, in a line each."),
    TillCall("get", "/store-carts", "Carts that wait at other tills of the store."),
    TillCall("get", "/carts/{cart_id}", "A cart with all that is in it."),
    TillCall("get", "/events/{epoch}/{sequence}", "An event of the journal, with its head."),
    TillCall("get", "/products/{code}", "What the till's catalog says of a SKU or GTIN."),
    TillCall("get", "/state", "How the till stands."),
    TillCall("get", "/openapi.json", "This document."),
    TillCall("post", "/voucher", "Enrol by a voucher.", has_key=False),
)

_KEY: Json = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A new one for each request; the same one where the same is asked again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH_MAX},
}

_APPROVAL: Json = {
    "name": "Approval",
    "in": "header",
    "description": "Of somebody who may more than who is signed in; it is good once.",
    "schema": {"type": "string"},
}

_PROBLEM: Json = {
    "type": "object",
    "description": "Why a request is refused (RFC 9457). Nothing of it was written.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "integer"},
        "detail": {"type": "string", "description": "What to change, for people."},
        "reason": {"enum": [each.value for each in WhyNot]},
        "checks": {
            "type": "array",
            "description": "Where the reason is check_open: what is to be settled first.",
            "items": {"type": "object"},
        },
    },
}


def document() -> Json:
    """The document."""
    types = [call.body for call in CALLS if call.body is not None]
    _, schemas = msgspec.json.schema_components(types, ref_template=_referred("{name}"))
    paths: dict[str, Json] = {}
    for call in CALLS:
        paths.setdefault(ROOT + call.path, {})[call.method] = _told(call)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "A till's own calls",
            "version": DOCUMENT_VERSION,
            "description": "At the till's Unix socket, or over loopback with its secret as a "
            "bearer token. What changes something is on the disk before it is answered.",
        },
        "paths": paths,
        "components": {"schemas": {**schemas, "Problem": _PROBLEM}},
    }


@cache
def text() -> bytes:
    """The document as it is served."""
    return orjson.dumps(document(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


def _told(call: TillCall) -> Json:
    told: Json = {
        "operationId": call.method + "".join(_words(call.path)),
        "summary": call.summary,
        "parameters": _parameters(call),
        "responses": {
            str(call.status): _content("What was done.", {"type": "object"}),
            "default": _content("Why not.", {"$ref": _referred("Problem")}, "problem+json"),
        },
    }
    if call.method != "get":
        shape: Json = {"type": "object"}
        if call.body is not None:
            shape = {"$ref": _referred(call.body.__name__)}
        told["requestBody"] = {"content": {"application/json": {"schema": shape}}}
    return told


def _parameters(call: TillCall) -> list[Json]:
    named = [part[1:-1] for part in call.path.split("/") if part.startswith("{")]
    found: list[Json] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in named
    ]
    return [*found, _KEY, _APPROVAL] if call.method != "get" and call.has_key else found


def _words(path: str) -> list[str]:
    parts = path.replace("{", "").replace("}", "").replace(".", "/").replace("_", "/").split("/")
    return [part.capitalize() for part in parts if part]


def _content(words: str, schema: Json, kind: str = "json") -> Json:
    return {"description": words, "content": {f"application/{kind}": {"schema": schema}}}


def _referred(name: str) -> str:
    return f"#/components/schemas/{name}"
