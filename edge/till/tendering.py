"""Payments by a terminal: noted before it is asked, and when it has answered. Pure."""

from http import HTTPStatus
from typing import Any

import msgspec

from edge.till import asked
from edge.till.carts import CartTender, TillCart
from edge.till.checking import require_checked
from edge.till.deciding import Decision, Sight, changed, require_settled
from edge.till.refusals import WhyNot, conflict, refusal, unfit


def request_tender(
    sight: Sight, cart_id: str, want: asked.AskedTender, is_own: bool = False
) -> Decision:
    """A terminal is about to be asked for money: of two pages that ask for the same money, the
    second must not reach it."""
    cart = sight.open_cart(cart_id)
    require_settled(cart)
    require_checked(sight.priced(cart))
    held = cart.tenders.get(want.tender_id)
    if held is not None:
        words = f"This tender was requested before, and was {held.outcome}: a new one has a new id."
        raise conflict(WhyNot.TENDER_SETTLED, words)
    tender = CartTender(want.kind, want.amount_minor, is_own=is_own)
    return _with_tender(sight, cart, "requested", want.tender_id, tender)


def request_card(
    cart: TillCart, sight: Sight, want: asked.AskedCard, tender_id: str
) -> tuple[Decision, int]:
    """This till's own terminal is about to be asked, for all that is due or a part; also the
    amount."""
    most_minor = sight.priced(cart).due_minor - cart.captured_minor
    amount_minor = most_minor if want.amount_minor is None else want.amount_minor
    if not 0 < amount_minor <= most_minor:
        words = f"A card can pay 1 to {most_minor} of this cart, not {amount_minor}."
        raise unfit(WhyNot.SUMS_DIFFER, words)
    tender = asked.AskedTender(tender_id=tender_id, kind="card", amount_minor=amount_minor)
    return request_tender(sight, cart.cart_id, tender, is_own=True)._replace(
        status=201
    ), amount_minor


def settle_by_hand(sight: Sight, cart_id: str, want: asked.AskedSettlement) -> Decision:
    """What a program says of a terminal. While the till is at its own one the program is not asked:
    what it said could be another thing than what the terminal is about to say. Once nobody knows,
    a person has looked at the terminal."""
    held = sight.open_cart(cart_id).tenders.get(want.tender_id)
    if held is not None and held.is_own and held.outcome is None:
        words = "The till is asking its own terminal: wait for what that says."
        raise conflict(WhyNot.TENDER_UNSETTLED, words)
    return settle_tender(sight, cart_id, want)


def settle_tender(sight: Sight, cart_id: str, want: asked.AskedSettlement) -> Decision:
    """What the terminal said. What it has said for good stays: money that was taken must not turn
    into a payment that was declined, nor the other way round."""
    cart = sight.open_cart(cart_id)
    held = cart.tenders.get(want.tender_id)
    if held is None:
        words = "The cart has no such tender: request it before the terminal is asked."
        raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_TENDER, words)
    if held.is_settled:
        if held.outcome == want.outcome:
            return Decision([], told=_told(sight, cart, want.tender_id, held))
        words = f"This tender was {held.outcome}, and that stays."
        raise conflict(WhyNot.TENDER_SETTLED, words)
    settled = msgspec.structs.replace(held, outcome=want.outcome)
    return _with_tender(sight, cart, "settled", want.tender_id, settled)


def _with_tender(
    sight: Sight, cart: TillCart, step: str, tender_id: str, tender: CartTender
) -> Decision:
    asked_for = msgspec.structs.replace(cart, tenders=cart.tenders | {tender_id: tender})
    made = changed(sight, asked_for, f"tender_{step}", tender_id=tender_id, **tender.told())
    told = {"tender_id": tender_id, **tender.told()}
    return made._replace(told={**made.told, "tender": told})


def _told(sight: Sight, cart: TillCart, tender_id: str, tender: CartTender) -> dict[str, Any]:
    return sight.told(cart) | {"tender": {"tender_id": tender_id, **tender.told()}}
