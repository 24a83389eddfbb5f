"""What a till's events say of carts that wait. Pure."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec
import orjson

from edge.gateway.events import ReadEvent
from topics.scalars import Identifier, Reference
from topics.wire_parts import WireLine

BODY_BYTES_MAX = 64 * 1024
"""Of a cart's lines, some five hundred. A larger one goes on at its own till alone: many of them
would fill the gateway's disk."""


class CartStep(NamedTuple):
    """One event of a cart, as far as it matters to other tills."""

    kind: Literal["waits", "goes_on", "ends"]
    cart_id: str
    from_till_id: str = ""
    """Where a cart that goes on had waited."""

    suspended_at: str = ""
    lines: int = 0
    total_minor: int = 0
    training: bool = False
    body: bytes | None = None
    """What another till goes on with; None where it cannot."""


class _Cart(msgspec.Struct):
    cart_id: Reference


class _Suspended(msgspec.Struct):
    cart_id: Reference
    occurred_at: str
    lines: tuple[WireLine, ...] = ()
    training: bool = False
    customer_id: Reference | None = None


class _Resumed(msgspec.Struct):
    cart_id: Reference
    from_till_id: Identifier


def steps_of(events: Iterable[ReadEvent]) -> list[CartStep]:
    """The steps, in order."""
    return [step for each in events if each.fault is None and (step := _step(each)) is not None]


def _step(event: ReadEvent) -> CartStep | None:
    try:
        match event.content.get("type"):
            case "cart_suspended":
                return _waits(msgspec.convert(event.content, _Suspended))
            case "cart_resumed":
                resumed = msgspec.convert(event.content, _Resumed)
                return CartStep("goes_on", resumed.cart_id, resumed.from_till_id)
            case "cart_opened" | "cart_completed" | "cart_abandoned":
                return CartStep("ends", msgspec.convert(event.content, _Cart).cart_id)
            case _:
                return None
    except msgspec.ValidationError:  # members that no contract has: a till of another make
        return None


def _waits(cart: _Suspended) -> CartStep:
    told = {"training": cart.training, "customer_id": cart.customer_id}
    lines = [
        {name: value for name, value in msgspec.to_builtins(line).items() if value is not None}
        for line in cart.lines
    ]
    body = orjson.dumps({"lines": lines, **told})
    return CartStep(
        "waits",
        cart.cart_id,
        suspended_at=cart.occurred_at,
        lines=len(lines),
        total_minor=sum(line.amount_minor for line in cart.lines),
        training=cart.training,
        body=body if lines and len(body) <= BODY_BYTES_MAX else None,
    )
