"""Asks the store's gateway to keep goods for a return, so that no two tills take the same back."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

import msgspec

from edge.problems import Code, Refusal
from edge.proxy.upstream import Upstream
from edge.signing.session import Reply
from edge.till import asked
from edge.till.refusals import WhyNot, conflict, refusal
from topics import scalars as s

RESERVE_SECONDS_MAX = 3.0
"""For the gateway's answer, which stands in the same building. Less, and a busy one is taken for
away; more keeps a customer waiting for what the till's own journal may know."""


class ReservedLine(msgspec.Struct, frozen=True):
    """So much of a line may come back, for so much money."""

    line_no: s.Number
    sku: s.Identifier
    quantity: s.Ordinal
    unit: s.Unit
    refund_minor: s.Number


class Reserved(msgspec.Struct, frozen=True):
    """What the gateway keeps."""

    return_id: s.Reference
    lines: tuple[ReservedLine, ...]
    refund_minor: s.Number


class _Problem(msgspec.Struct, frozen=True):
    detail: str = ""


async def reserve(
    way: Callable[[], Upstream], receipt_no: str, want: asked.AskedReceiptReturn, return_id: str
) -> Reserved | None:
    """What the gateway keeps; None where it does not know the receipt. Raises `Refusal` where it
    says no, or is away."""
    named = quote(receipt_no, safe="")
    target = (
        f"/v1/receipts/{named}/returns?authorization={quote(want.authorization or '', safe='')}"
    )
    lines = [msgspec.to_builtins(each) for each in want.lines]
    place = {"till_id": want.till_id, "epoch": want.epoch, "sequence": want.sequence}
    body = msgspec.json.encode({"return_id": return_id, "lines": lines, **place})
    try:
        async with asyncio.timeout(RESERVE_SECONDS_MAX):
            reply = await way().ask("POST", target, body, {"Content-Type": "application/json"})
    except (Refusal, TimeoutError) as error:
        raise gateway_away() from error
    return _read(reply)


def _read(reply: Reply) -> Reserved | None:
    if reply.status == HTTPStatus.FORBIDDEN:
        words = _detail(reply) or "The gateway wants an employee's authorization."
        raise refusal(HTTPStatus.FORBIDDEN, WhyNot.NOT_AUTHORIZED, words)
    if reply.status == HTTPStatus.CONFLICT:
        raise conflict(WhyNot.BEYOND_PURCHASE, _detail(reply) or "The gateway keeps it for others.")
    if reply.status == HTTPStatus.NOT_FOUND:
        return None
    if reply.status != HTTPStatus.OK:
        raise gateway_away()
    try:
        return msgspec.json.decode(reply.body, type=Reserved)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise gateway_away() from error


def gateway_away() -> Refusal:
    """For what only the store knows while it cannot be asked."""
    words = (
        "The store's gateway is away. Until it is back, only what this till itself sold comes back."
    )
    more = {"reason": WhyNot.GATEWAY_AWAY.value}
    return Refusal(HTTPStatus.BAD_GATEWAY, Code.UPSTREAM, words, more=more)


def _detail(reply: Reply) -> str:
    try:
        return msgspec.json.decode(reply.body, type=_Problem).detail[:300]
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return ""
