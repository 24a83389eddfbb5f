"""Discounts by hand, decided: given with a reason, and taken back before anything is paid. Pure.

What the journal keeps of each says how much of its line and of the cart all of them take off: the
limits of `edge.till.employees.leave` are judged by that.
"""

from http import HTTPStatus
from typing import Any

import msgspec

from edge.till import asked
from edge.till.carts import GivenDiscount, TillCart
from edge.till.deciding import Decision, Sight, changed, require_settled
from edge.till.discounts import by_hand, rule_of, share_of
from edge.till.refusals import WhyNot, conflict, refusal, unfit

GIVEN_MAX = 50
"""Of one cart. A basket of damaged goods has a few; each is a line on the receipt, and in what the
centre decides again."""


def give(sight: Sight, cart_id: str, want: asked.AskedDiscount) -> Decision:
    """Money off a line, or off the cart."""
    cart = _unpaid(sight, cart_id)
    given = _given(cart, want)
    after = msgspec.structs.replace(
        cart, given=(*cart.given, given), next_discount_no=given.discount_no + 1
    )
    off_minor = _sum_of(after) - _sum_of(cart)
    if off_minor <= 0:
        words = "It would take nothing off: too little is left, or it is less than a coin."
        raise unfit(WhyNot.SUMS_DIFFER, words)
    if given.amount_minor is not None and off_minor < given.amount_minor:
        words = f"No more than {off_minor} can be taken off, not {given.amount_minor}."
        raise unfit(WhyNot.SUMS_DIFFER, words)
    shares = _shares(after, given.line_no)
    after = msgspec.structs.replace(after, agreed_percent=shares["cart_percent"])
    told = {"discount_no": given.discount_no, "reason": given.reason, "off_minor": off_minor}
    place = {} if given.line_no is None else {"line_no": given.line_no}
    detail = {"step": "given", **told, **place, **shares}
    said = told | place | {"counts": _counts(sight, after)}
    return _noted(sight, after, detail, {"discount": said})._replace(status=201)


def take_back(sight: Sight, cart_id: str, want: asked.AskedBackDiscount) -> Decision:
    """As if it had never been given."""
    cart = _unpaid(sight, cart_id)
    left = tuple(each for each in cart.given if each.discount_no != want.discount_no)
    if len(left) == len(cart.given):
        words = "The cart has no such discount, or it was taken back."
        raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_DISCOUNT, words)
    after = msgspec.structs.replace(cart, given=left)
    return _noted(sight, after, {"step": "taken_back", "discount_no": want.discount_no}, {})


def _unpaid(sight: Sight, cart_id: str) -> TillCart:
    """The cart, of which nothing is paid: a discount after that would pay money out."""
    cart = sight.open_cart(cart_id)
    require_settled(cart)
    if cart.captured:
        words = "Something was paid for this cart: discounts come before the first payment."
        raise conflict(WhyNot.MONEY_WAS_TAKEN, words)
    return cart


def _given(cart: TillCart, want: asked.AskedDiscount) -> GivenDiscount:
    if (want.percent is None) == (want.amount_minor is None):
        words = "Say either percent or amount_minor, and not both."
        raise unfit(WhyNot.NOT_IN_CONTRACT, words)
    if want.line_no is not None and want.line_no not in {line.line_no for line in cart.lines}:
        words = "The cart has no such line, or it was voided."
        raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_LINE, words)
    if len(cart.given) >= GIVEN_MAX:
        words = f"{GIVEN_MAX} discounts were given: take some of them back."
        raise conflict(WhyNot.TOO_MANY_DISCOUNTS, words)
    named = (want.reason.strip(), want.line_no, want.percent, want.amount_minor)
    if not named[0]:
        raise unfit(WhyNot.NO_REASON, "Say why.")
    return GivenDiscount(cart.next_discount_no, *named)


def _shares(cart: TillCart, line_no: int | None) -> dict[str, int]:
    """Percent that all discounts by hand take off: of the line, and of the cart."""
    found = by_hand(cart)
    of_line = sum(line.amount_minor for line in cart.lines if line.line_no == line_no)
    on_line = -sum(each.amount_minor for each in found if each.line_no == line_no)
    return {
        "line_percent": 0 if line_no is None else share_of(on_line, of_line),
        "cart_percent": share_of(_sum_of(cart), cart.total_minor),
    }


def _counts(sight: Sight, cart: TillCart) -> bool:
    """Whether discounts by hand are taken off, and no exclusive row of a table in their place."""
    named = {rule_of(each) for each in cart.given}
    return not any(each.rule in named for each in sight.priced(cart).verdict.displaced)


def _sum_of(cart: TillCart) -> int:
    return -sum(each.amount_minor for each in by_hand(cart))


def _noted(sight: Sight, cart: TillCart, detail: dict[str, Any], told: dict[str, Any]) -> Decision:
    cashier_id = sight.cashier_id or cart.cashier_id
    made = changed(sight, cart, "noted", kind="discount", detail=detail, cashier_id=cashier_id)
    return made._replace(told={**made.told, **told})
