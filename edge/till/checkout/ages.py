"""An age that was checked: what the journal keeps of it, and what the cart knows. Pure."""

from datetime import date
from typing import Any, NamedTuple

import msgspec

from edge.till import asked
from edge.till.ages import AgeCheck, may_live
from edge.till.checkout.places import today_of
from edge.till.deciding import Decision, Sight, event_of
from edge.till.refusals import WhyNot, unfit


class CheckedAge(NamedTuple):
    """A customer's age was looked at, and nothing of the date of birth is left."""

    years: int
    is_admitted: bool
    cashier_id: str
    reason: str = ""


def check_of(want: asked.AskedAge, today: date) -> CheckedAge:
    """What comes of it; raises `Refusal`."""
    if want.born_on is None:
        if want.is_admitted is not False:
            words = "Say the date of birth; without one a customer can only be refused."
            raise unfit(WhyNot.NOT_IN_CONTRACT, words)
        return CheckedAge(want.years, False, want.cashier_id, want.reason)
    if want.is_admitted is not None:
        words = "The date of birth says whether the customer is admitted: leave is_admitted out."
        raise unfit(WhyNot.NOT_IN_CONTRACT, words)
    if not may_live(want.born_on, today):
        words = "Nobody alive was born on that day. Look at the document again."
        raise unfit(WhyNot.NOT_IN_CONTRACT, words)
    is_admitted = AgeCheck(want.years, today).admits(want.born_on)
    return CheckedAge(want.years, is_admitted, want.cashier_id, want.reason)


def note_age(sight: Sight, cart_id: str, checked: CheckedAge) -> Decision:
    """Keep the decision. Who is refused keeps the cart: the goods are voided, or somebody else
    pays."""
    cart = sight.open_cart(cart_id)
    catalog = sight.catalog_of(cart_id)
    today = today_of(catalog.location if catalog else None, sight.at_seconds)
    check = AgeCheck(checked.years, today)
    kept = check.event(cart_id, checked.cashier_id, checked.is_admitted, checked.reason)
    said = {name: value for name, value in kept.items() if name not in ("type", "cart_id")}
    event = event_of(cart, "age_checked", **said)
    after = msgspec.structs.replace(cart, aged_years=_aged(cart.aged_years, checked))
    told: dict[str, Any] = sight.told(after) | {"outcome": kept["outcome"], "years": checked.years}
    return Decision([event], {cart_id: after}, told, status=201)


def _aged(before: int, checked: CheckedAge) -> int:
    """Whoever is not that old was not older either: what was believed before was a mistake."""
    if checked.is_admitted:
        return max(before, checked.years)
    return 0 if checked.years <= before else before
