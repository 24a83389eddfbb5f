"""Kinds of tills: one stands at a counter with a drawer; one takes cards only, and may be carried
around. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from edge.till.refusals import WhyNot, conflict

TillKind = Literal["counter", "cards_only"]

_OF_A_DRAWER = frozenset({"drawer_opened", "cash_moved", "shift_counted"})


def require_kind(kind: TillKind, events: Iterable[Mapping[str, Any]]) -> None:
    """Raises `Refusal` where a till without a drawer would take or give something else than by
    card. What is about to be written is judged, so no call goes around it."""
    if kind == "counter":
        return
    for event in events:
        if _is_of_a_drawer(event):
            words = "This till has no drawer, and takes cards only."
            raise conflict(WhyNot.CARDS_ONLY, words)


def _is_of_a_drawer(event: Mapping[str, Any]) -> bool:
    match event["type"]:
        case "cart_completed":
            return any(each["kind"] != "card" for each in event["tenders"])
        case "tender_requested":
            return event["kind"] != "card"
        case "shift_opened":
            return bool(event.get("float_minor"))
        case "goods_returned":  # refunds are paid in cash
            return bool(event["refund_minor"]) and not event.get("training")
        case other:
            return other in _OF_A_DRAWER
