"""How a sale ends, goods come back, and what else is kept: decided. Pure."""

from collections.abc import Mapping
from typing import Any

from edge.till import asked
from edge.till.carts import TillCart, plain
from edge.till.checkout.paying import payment_of
from edge.till.deciding import Decision, Sight, event_of, require_day, require_settled
from edge.till.refusals import WhyNot, conflict, unfit
from topics.wire_parts import WireTender

NOTED = frozenset(
    {
        *("shift_opened", "shift_counted", "shift_closed", "cash_moved"),
        *("age_checked", "drawer_opened", "noted"),
    }
)
"""Types of events that programs write as they are: no cart, and no stock."""

SET_BY_THE_TILL = ("event_id", "occurred_at", "business_date", "clock", "offset_seconds", "build")


def complete(sight: Sight, cart_id: str, want: asked.AskedCompletion) -> Decision:
    """The cart becomes a sale; its sums must agree."""
    cart = sight.open_cart(cart_id)
    require_settled(cart)
    total_minor = _total(cart, want)
    payment = payment_of(cart, want, total_minor)
    _require_paid(cart, payment.tenders, total_minor)
    event = event_of(
        cart,
        "cart_completed",
        currency=want.currency,
        lines=plain(cart.lines),
        discounts=plain(want.discounts),
        taxes=plain(want.taxes),
        tenders=plain(payment.tenders),
        total_minor=total_minor,
        cashier_id=want.cashier_id or cart.cashier_id,
        customer_id=want.customer_id or cart.customer_id,
    )
    told: dict[str, Any] = {"cart_id": cart_id, "training": cart.training}
    told |= {"total_minor": total_minor, "tenders": plain(payment.tenders)}
    told |= {"change_minor": payment.change_minor}
    return Decision([event], {cart_id: None}, told)


def _total(cart: TillCart, want: asked.AskedCompletion) -> int:
    """What is to be paid."""
    if not cart.lines:
        raise conflict(WhyNot.CART_EMPTY, "The cart has no line: abandon it.")
    return cart.total_minor + sum(each.amount_minor for each in want.discounts)


def _require_paid(cart: TillCart, tenders: tuple[WireTender, ...], total_minor: int) -> None:
    """Raises `Refusal` where something else is paid, or money that was taken is left out."""
    paid_minor = sum(each.amount_minor for each in tenders)
    if paid_minor != total_minor:
        words = f"Lines and discounts come to {total_minor}, the tenders to {paid_minor}."
        raise unfit(WhyNot.SUMS_DIFFER, words)
    taken: dict[str, int] = {}
    for tender in cart.tenders.values():
        if tender.outcome == "captured":
            taken[tender.kind] = taken.get(tender.kind, 0) + tender.amount_minor
    for kind, amount_minor in taken.items():
        said = sum(each.amount_minor for each in tenders if each.kind == kind)
        if said < amount_minor:
            words = f"{amount_minor} were captured as {kind}, and the tenders name {said}."
            raise unfit(WhyNot.SUMS_DIFFER, words)


def take_back(sight: Sight, want: asked.AskedReturn) -> Decision:
    """Goods come back."""
    require_day(sight)
    event = {
        "type": "goods_returned",
        "receipt_no": want.receipt_no,
        "lines": plain(want.lines),
        "refund_minor": want.refund_minor,
        "restock": want.restock,
        **({"cashier_id": want.cashier_id} if want.cashier_id else {}),
        **({"training": True} if want.training else {}),
    }
    told = {"receipt_no": want.receipt_no, "refund_minor": want.refund_minor}
    return Decision([event], told=told, status=201)


def note(sight: Sight, event: Mapping[str, Any]) -> Decision:
    """Keep something that is no sale: a step of a shift, cash, an age check, the drawer, a note."""
    require_day(sight)
    kind = event.get("type")
    if not isinstance(kind, str) or kind not in NOTED:
        words = f"Here are taken: {', '.join(sorted(NOTED))}."
        raise unfit(WhyNot.NOT_TAKEN_HERE, words)
    given = sorted(set(SET_BY_THE_TILL) & event.keys())
    if given:
        raise unfit(WhyNot.NOT_IN_CONTRACT, f"The till itself sets {', '.join(given)}.")
    return Decision([dict(event)], told={"type": kind}, status=201)
