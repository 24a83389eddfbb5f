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

_AWAY = "The store's gateway is away. Until it is back, only what this till itself sold comes back."

RESERVE_SECONDS_MAX = 3.0
"""For the gateway's answer, which stands in the same building. Less, and a busy one is taken for
away; more keeps a customer waiting for what the till's own journal may know."""


BY_CENTRE = "centre"
"""How the gateway calls what the centre keeps."""


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
    verified: s.Reference = "store"
    location_id: s.Identifier | None = None

    @property
    def is_by_centre(self) -> bool:
        """Whether all stores' returns were looked at, and not this one's alone."""
        return self.verified == BY_CENTRE


class _Problem(msgspec.Struct, frozen=True):
    detail: str = ""
    code: int = 0


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
    place["location_id"] = want.location_id
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
        raise away_by(reply)
    try:
        return msgspec.json.decode(reply.body, type=Reserved)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise gateway_away() from error


def gateway_away(words: str = _AWAY) -> Refusal:
    """For what only the store knows while it cannot be asked, or the centre behind it."""
    more = {"reason": WhyNot.GATEWAY_AWAY.value}
    return Refusal(HTTPStatus.BAD_GATEWAY, Code.UPSTREAM, words, more=more)


def away_by(reply: Reply) -> Refusal:
    """Who is away by what the gateway answered: the centre behind it, or the gateway itself."""
    problem = _problem(reply)
    is_upstream = reply.status == HTTPStatus.SERVICE_UNAVAILABLE and problem.code == Code.UPSTREAM
    return gateway_away(problem.detail[:300] or _AWAY if is_upstream else _AWAY)


def _detail(reply: Reply) -> str:
    return _problem(reply).detail[:300]


def _problem(reply: Reply) -> _Problem:
    try:
        return msgspec.json.decode(reply.body, type=_Problem)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _Problem()
