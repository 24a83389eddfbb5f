"""What a decision table has a cashier settle before a sale is paid: asked, answered, held. Pure."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec

from edge.problems import Code, Refusal
from edge.rules.evaluating import Check
from edge.till import asked
from edge.till.carts import SettledCheck, TillCart
from edge.till.deciding import Decision, Sight, changed
from edge.till.refusals import WhyNot, refusal, unfit
from edge.till.ruling import PricedCart

AGE = "id"
"""The check that is settled by an age, whichever line asks for it."""

TOLD_MAX = 20
"""Open checks that a refusal names. A page shows one after the other, and asks for the cart."""


def open_checks(priced: PricedCart) -> list[Check]:
    """What nobody has settled, in the order in which it is to be asked."""
    return [each for each in priced.verdict.checks if each.check and not _is_settled(priced, each)]


def _is_settled(priced: PricedCart, check: Check) -> bool:
    if check.check == AGE:
        return (check.age_years or 0) <= priced.cart.aged_years
    return SettledCheck(check.rule, check.line_no) in priced.cart.settled


def told_of_checks(priced: PricedCart) -> dict[str, Any]:
    """All of them as programs are told, and what else a row has to say."""
    still = open_checks(priced)
    return {
        "checks": [
            _told(each) | {"settled": each not in still}
            for each in priced.verdict.checks
            if each.check
        ],
        "says": [_told(each) for each in priced.verdict.checks if each.say and not each.check],
    }


def _told(check: Check) -> dict[str, Any]:
    return {name: value for name, value in check._asdict().items() if value is not None}


def require_checked(priced: PricedCart) -> None:
    """Raises `Refusal` where something is still to be settled."""
    still = open_checks(priced)
    if still:
        kinds = ", ".join(sorted({str(each.check) for each in still}))
        words = f"{len(still)} checks are to be settled first ({kinds}): answer them, or void the "
        told = [_told(each) for each in still[:TOLD_MAX]]
        raise Refusal(
            HTTPStatus.CONFLICT,
            Code.REQUEST,
            f"{words}lines.",
            more={"reason": WhyNot.CHECK_OPEN.value, "checks": told},
        )


def answer(sight: Sight, cart_id: str, want: asked.AskedAnswer) -> Decision:
    """What the cashier found. ``refused`` holds the sale until its line is voided, or until
    somebody looks again."""
    cart = sight.open_cart(cart_id)
    checks = sight.priced(cart).verdict.checks
    found = next((each for each in checks if _is_called(each, want)), None)
    if found is None:
        words = "No table asks for this check now; the cart tells which ones do."
        raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_CHECK, words)
    made = _answered(cart, found, want.outcome == "confirmed")
    event_type, fields = _event(found, want, want.cashier_id or cart.cashier_id)
    return changed(sight, made, event_type, **fields)


def _is_called(check: Check, want: asked.AskedAnswer) -> bool:
    return bool(check.check) and (check.rule, check.line_no) == (want.rule, want.line_no)


def _answered(cart: TillCart, check: Check, is_confirmed: bool) -> TillCart:
    if check.check == AGE:
        years = check.age_years or 0
        if is_confirmed:
            return msgspec.structs.replace(cart, aged_years=max(years, cart.aged_years))
        # Whoever is not that old was not older either: what was believed before was a mistake.
        return msgspec.structs.replace(
            cart, aged_years=0 if years <= cart.aged_years else cart.aged_years
        )
    settled = SettledCheck(check.rule, check.line_no)
    others = tuple(each for each in cart.settled if each != settled)
    return msgspec.structs.replace(cart, settled=(*others, settled) if is_confirmed else others)


def _event(
    check: Check, want: asked.AskedAnswer, cashier_id: str | None
) -> tuple[str, Mapping[str, Any]]:
    """What the journal keeps of the answer; of an age the decision, and never a date of birth."""
    if check.check == AGE:
        if cashier_id is None:
            raise unfit(WhyNot.NOT_IN_CONTRACT, "Name the cashier_id who has checked the age.")
        outcome = "admitted" if want.outcome == "confirmed" else "refused"
        reason = f"from {check.age_years} years, by {check.rule}"
        return "age_checked", {"cashier_id": cashier_id, "outcome": outcome, "reason": reason}
    detail = _told(check) | {"outcome": want.outcome}
    return "noted", {"kind": "rule_checked", "detail": detail, "cashier_id": cashier_id}
