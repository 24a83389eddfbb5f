"""How a sale ends, goods come back, and what else is kept: decided. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from edge.rules.evaluating import TableDiscount
from edge.till import asked
from edge.till.carts import plain
from edge.till.checking import require_checked
from edge.till.checkout.paying import payment_of
from edge.till.deciding import Decision, Sight, event_of, require_day, require_settled
from edge.till.offering import is_offer
from edge.till.refusals import WhyNot, conflict, unfit
from edge.till.ruling import CartRules, PricedCart, priced, told_of_rules
from edge.till.shifts.steps import COUNTS_MAX
from topics.wire_parts import WireDiscount, WireTender

NOTED = frozenset(
    {
        *("shift_opened", "shift_counted", "shift_closed", "cash_moved"),
        *("age_checked", "drawer_opened", "noted"),
    }
)
"""Types of events that programs write as they are: no cart, and no stock."""

OWN_NOTES = {
    "rule_checked": "answer a check at its cart, by …/checks",
    "discount": "give one by a cart's …/discounts",
    "survey": "answer its question by /surveys/…/answers",
    "reprint": "print a receipt by /receipts/…/prints",
    "pin_failed": "it does where a PIN was wrong",
    "card_locked": "wrong PINs lock a card, and /employees/unlocks ends that",
}
"""Kinds of notes that only the till itself writes, and what makes it do so. Taken from anybody,
they would tell of answers, guesses and locks that never were, and of nobody's."""

SET_BY_THE_TILL = ("event_id", "occurred_at", "business_date", "clock", "offset_seconds", "build")


def complete(sight: Sight, cart_id: str, want: asked.AskedCompletion) -> Decision:
    """The cart becomes a sale, by what its tables say of it as it stands now; its sums must agree
    and its checks be settled."""
    cart = sight.open_cart(cart_id)
    require_settled(cart)
    if not cart.lines:
        raise conflict(WhyNot.CART_EMPTY, "The cart has no line: abandon it.")
    rules = sight.rules_of(cart)
    sale = priced(cart, rules, want.customer_id, _by_hand(want.discounts, rules))
    require_checked(sale)
    payment = payment_of(cart, want, sale.due_minor)
    _require_paid(sale, payment.tenders)
    discounts, tenders = sale.verdict.told(), plain(payment.tenders)
    event = event_of(
        cart,
        "cart_completed",
        currency=want.currency,
        lines=plain(cart.lines),
        discounts=discounts,
        taxes=plain(want.taxes),
        tenders=tenders,
        total_minor=sale.due_minor,
        cashier_id=want.cashier_id or sight.cashier_id or cart.cashier_id,
        customer_id=want.customer_id or cart.customer_id,
        rules=told_of_rules(sale),
    )
    told: dict[str, Any] = {"cart_id": cart_id, "training": cart.training}
    told |= {"total_minor": sale.due_minor, "discounts": discounts}
    told |= {"tenders": tenders, "change_minor": payment.change_minor}
    return Decision([event], {cart_id: None}, told)


def _by_hand(discounts: Sequence[WireDiscount], rules: CartRules) -> list[TableDiscount]:
    """Raises `Refusal` for one that a table gives: the till does that itself, and not twice."""
    for each in discounts:
        if each.rule.partition("/")[0] in rules.versions or is_offer(each.rule):
            words = f"{each.rule} is none by hand: the till itself takes it off where it applies."
            raise unfit(WhyNot.RULE_OF_TABLE, words)
    return [TableDiscount(each.rule, each.amount_minor) for each in discounts]


def _require_paid(sale: PricedCart, tenders: Sequence[WireTender]) -> None:
    """Raises `Refusal` where something else is paid, or money that was taken is left out."""
    cart, total_minor = sale.cart, sale.due_minor
    paid_minor = sum(each.amount_minor for each in tenders)
    if paid_minor != total_minor:
        words = f"Lines and discounts come to {total_minor}, the tenders to {paid_minor}."
        raise unfit(WhyNot.SUMS_DIFFER, words)
    taken: dict[str, int] = {}
    for tender in cart.captured:
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
    _require_not_the_tills_own(sight, event)
    given = sorted(set(SET_BY_THE_TILL) & event.keys())
    if given:
        raise unfit(WhyNot.NOT_IN_CONTRACT, f"The till itself sets {', '.join(given)}.")
    return Decision([dict(event)], told={"type": kind}, status=201)


def _require_not_the_tills_own(sight: Sight, event: Mapping[str, Any]) -> None:
    noted = event.get("kind")
    if event["type"] == "noted" and isinstance(noted, str) and noted in OWN_NOTES:
        words = f"The till itself notes {noted}: {OWN_NOTES[noted]}."
        raise unfit(WhyNot.NOT_TAKEN_HERE, words)
    if event["type"] == "shift_counted" and sight.shift.counts_since_cash >= COUNTS_MAX:
        words = "The drawer was counted twice as it stands: a further count would only be fitted."
        raise conflict(WhyNot.COUNTED_TWICE, words)
