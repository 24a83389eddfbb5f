"""Payments by a terminal: noted before it is asked, and when it has answered. Pure."""

from http import HTTPStatus

import msgspec

from edge.till import asked
from edge.till.carts import CartTender, TillCart
from edge.till.checking import require_checked
from edge.till.deciding import Decision, Sight, changed
from edge.till.refusals import WhyNot, conflict, refusal


def request_tender(sight: Sight, cart_id: str, want: asked.AskedTender) -> Decision:
    """A terminal is about to be asked for money."""
    cart = sight.open_cart(cart_id)
    require_checked(sight.priced(cart))
    held = cart.tenders.get(want.tender_id)
    if held is not None:
        words = f"This tender was requested before, and its outcome is {held.outcome}."
        raise conflict(WhyNot.TENDER_UNSETTLED, words)
    tender = CartTender(want.kind, want.amount_minor)
    return _with_tender(sight, cart, "requested", want.tender_id, tender)


def settle_tender(sight: Sight, cart_id: str, want: asked.AskedSettlement) -> Decision:
    """What the terminal said."""
    cart = sight.open_cart(cart_id)
    held = cart.tenders.get(want.tender_id)
    if held is None:
        words = "The cart has no such tender: request it before the terminal is asked."
        raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_TENDER, words)
    settled = msgspec.structs.replace(held, outcome=want.outcome)
    return _with_tender(sight, cart, "settled", want.tender_id, settled)


def _with_tender(
    sight: Sight, cart: TillCart, step: str, tender_id: str, tender: CartTender
) -> Decision:
    asked_for = msgspec.structs.replace(cart, tenders=cart.tenders | {tender_id: tender})
    fields = msgspec.to_builtins(tender)
    made = changed(sight, asked_for, f"tender_{step}", tender_id=tender_id, **fields)
    return made._replace(told=dict(made.told) | {"tender": {"tender_id": tender_id, **fields}})
