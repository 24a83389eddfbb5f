"""What an event asks of the employee by whom it is written. Pure.

A till judges what it is about to write and not the calls that lead there: whatever calls a till
has, none goes around the limits.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from edge.problems import Refusal
from edge.till.carts import TillCart
from edge.till.deciding import Sight
from edge.till.discounts import PERCENT, by_hand, share_of
from edge.till.employees.limits import EmployeeLimits
from edge.till.offering import OFFERS
from edge.till.refusals import WhyNot, forbidden
from edge.till.selling import amount_of

NAMELESS_NOTES = ("survey", "price_checked", "pin_failed")
"""Notes that are written for whoever stands there: at the information screen, and before anybody is
known."""


class Leave(NamedTuple):
    """What may be done: by limits, and by the age of the list that they are from."""

    limits: EmployeeLimits
    plain_cash_only: bool = False


def needs_nobody(event: Mapping[str, Any]) -> bool:
    """Whether an event is written for whoever stands there."""
    kind, detail = event.get("kind"), event.get("detail")
    is_lock = kind == "card_locked" and isinstance(detail, dict) and "wrong" in detail
    return event["type"] == "noted" and (kind in NAMELESS_NOTES or is_lock)


def require_leave(event: Mapping[str, Any], sight: Sight, leave: Leave) -> None:
    """Raises `Refusal` where the event is more than that."""
    match event["type"]:
        case "line_added":
            _require_prices(event, [event["line"]], sight, leave)
        case "cart_resumed" if event["cart_id"] not in sight.carts:
            _require_prices(event, event["lines"], sight, leave)
        case "cart_completed":
            _require_sale(event, sight, leave)
        case "goods_returned":
            _require_plain(leave, "goods come back")
            if not event.get("training"):
                _require(leave, "refund_minor", event["refund_minor"])
        case "drawer_opened":
            _require_plain(leave, "the drawer is opened without a sale")
            _require(leave, "drawer", 1)
        case "cash_moved":
            _require_plain(leave, "cash is moved")
        case "noted":
            _require_note(event, leave)
        case "tender_requested":
            _require_tender(event, leave)
        case _:
            pass


def _require_sale(event: Mapping[str, Any], sight: Sight, leave: Leave) -> None:
    cart = sight.carts[event["cart_id"]]
    if leave.plain_cash_only and _is_unplain(event["tenders"], cart):
        _require_plain(leave, "anything but cash is taken")
    if cart.training:
        return
    tables = {*sight.rules_of(cart).versions, OFFERS}
    own = [each for each in event["discounts"] if each["rule"].partition("/")[0] not in tables]
    given_minor = -sum(each["amount_minor"] for each in own if each["amount_minor"] < 0)
    is_known = given_minor <= -sum(each.amount_minor for each in by_hand(cart))
    agreed_percent = cart.agreed_percent if is_known else 0
    _require_discount(given_minor, cart.total_minor, leave, agreed_percent)
    goods_minor = -sum(min(0, line.amount_minor) for line in cart.lines)
    _require_refund(max(goods_minor, _paid_out(event["tenders"])), leave)


def _paid_out(tenders: Iterable[Mapping[str, Any]]) -> int:
    """What a sale pays out, by each way of paying: what a card has paid beyond a line that was
    voided then, or change for a voucher. Change for cash is none."""
    sums: Counter[str] = Counter()
    for each in tenders:
        sums[each["kind"]] += each["amount_minor"]
    return -sum(min(0, amount_minor) for amount_minor in sums.values())


def _require_refund(paid_out_minor: int, leave: Leave) -> None:
    if paid_out_minor > 0:
        _require_plain(leave, "money is paid out")
        _require(leave, "refund_minor", paid_out_minor)


def _require_tender(event: Mapping[str, Any], leave: Leave) -> None:
    if event["kind"] != "cash":
        _require_plain(leave, "anything but cash is taken")
    if not event.get("training"):
        _require_refund(-event["amount_minor"], leave)


def _require_note(event: Mapping[str, Any], leave: Leave) -> None:
    """Of notes, those that end a lock or give a discount, which counts with all that were given
    before it, also on its line."""
    kind = event.get("kind")
    if kind == "card_locked":
        _require(leave, "unlock_cards", 1)
    elif kind == "discount" and not event.get("training"):
        detail = event["detail"]
        if detail["step"] == "given":
            _require_plain(leave, "a discount is given")
            _require(leave, "discount_percent", max(detail["line_percent"], detail["cart_percent"]))


def _is_unplain(tenders: Iterable[Mapping[str, Any]], cart: TillCart) -> bool:
    """Whether more than cash is taken now; what a terminal has taken before is taken."""
    taken = Counter((each.kind, each.amount_minor) for each in cart.captured)
    named = Counter((each["kind"], each["amount_minor"]) for each in tenders)
    return any(each[0] != "cash" for each in named - taken)


def _require_prices(
    event: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], sight: Sight, leave: Leave
) -> None:
    """A price below the catalog's is a discount. Of weighed goods the label's amount counts, which
    may be yesterday's."""
    catalog = sight.catalog_of(event["cart_id"])
    if catalog is None or event.get("training"):
        return
    at = datetime.fromtimestamp(sight.at_seconds, UTC)
    for line in lines:
        found, product = catalog.price_of(line["sku"], at), catalog.product(line["sku"])
        # The catalog says what is weighed: a program may call a piece a gram.
        if found is not None and "each" in (line["unit"], product and product.unit):
            listed_minor = amount_of(line["quantity"], "each", found.price_minor)
            _require_discount(listed_minor - line["amount_minor"], listed_minor, leave)


def _require_discount(
    given_minor: int, of_minor: int, leave: Leave, agreed_percent: int = 0
) -> None:
    if given_minor <= 0:
        return
    _require_plain(leave, "a discount is given")
    most_percent = max(leave.limits.discount_percent, agreed_percent)
    if given_minor * PERCENT > most_percent * max(0, of_minor):
        raise _over("discount_percent", share_of(given_minor, of_minor), leave)


def _require(leave: Leave, limit: str, asked: int) -> None:
    if asked > getattr(leave.limits, limit):
        raise _over(limit, asked, leave)


def _over(limit: str, asked: int, leave: Leave) -> Refusal:
    allowed: int = getattr(leave.limits, limit)
    words = f"This needs {limit} {asked}, and {allowed} is allowed: let somebody who may approve."
    told = {"limit": limit, "asked": asked, "allowed": allowed}
    return forbidden(WhyNot.OVER_LIMIT, words, told)


def _require_plain(leave: Leave, what: str) -> None:
    if leave.plain_cash_only:
        words = f"Before {what}, the till must hear from the gateway who is let in: its list is "
        raise forbidden(WhyNot.LIST_TOO_OLD, words + "older than 30 days, or there is none.")
