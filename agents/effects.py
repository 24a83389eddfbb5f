"""What till events are called and do, by their kind."""

from collections.abc import Callable, Mapping
from typing import Any

from agents.intake import Refusal
from agents.open_carts import OpenCarts
from agents.sales import Sales
from tables.moments import Moment
from topics import wire as w

NAMES: Mapping[type, str] = {
    w.WireCartOpened: "cart_opened",
    w.WireLineAdded: "line_added",
    w.WireLineVoided: "line_voided",
    w.WireCartAbandoned: "cart_abandoned",
    w.WireCartSuspended: "cart_suspended",
    w.WireCartResumed: "cart_resumed",
    w.WireCartCompleted: "cart_completed",
    w.WireGoodsReturned: "goods_returned",
    w.WireTillHeartbeat: "till_heartbeat",
    w.WireShiftOpened: "shift_opened",
    w.WireShiftCounted: "shift_counted",
    w.WireShiftClosed: "shift_closed",
    w.WireCashMoved: "cash_moved",
    w.WireTenderRequested: "tender_requested",
    w.WireTenderSettled: "tender_settled",
    w.WireAgeChecked: "age_checked",
    w.WireDrawerOpened: "drawer_opened",
    w.WireNoted: "noted",
}
"""What each kind of event is called."""

Apply = Callable[[Any, Moment], Refusal | None]
"""Applies an event, or says why it cannot be and changes nothing."""


Effects = Mapping[type, Apply]
"""What an event of each kind does; of those that are missing no figure depends on one, and they are
kept in the topic for audits."""


def effects(carts: OpenCarts, sales: Sales) -> Effects:
    """What tills say of stock, carts and totals."""
    return {
        w.WireCartOpened: carts.opened,
        w.WireLineAdded: carts.line_added,
        w.WireLineVoided: carts.line_voided,
        w.WireCartAbandoned: carts.closed,
        w.WireCartSuspended: carts.suspended,
        w.WireCartResumed: carts.resumed,
        w.WireCartCompleted: sales.completed,
        w.WireGoodsReturned: sales.returned,
    }


def nothing(event: w.AnyWireEvent, moment: Moment) -> None:
    """What moves neither stock nor totals: the till's number and its clock have it by now."""
