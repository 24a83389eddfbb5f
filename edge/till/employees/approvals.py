"""Approvals that are refused: which refusals are of one, and why."""

from enum import StrEnum

from edge.problems import Refusal
from edge.till.refusals import WhyNot


class RefusedApproval(StrEnum):
    """Why an approval was refused, as the figures name it."""

    CARD = "card"
    """Nobody's card, a locked one, or not that of the PIN."""

    USED = "used"
    """It was used, came too late, or its giver is let in no more."""

    LIMIT = "limit"
    """Who approved may not do it either."""


_BY_REASON: dict[str, RefusedApproval] = {
    WhyNot.UNKNOWN_CARD: RefusedApproval.CARD,
    WhyNot.WRONG_PIN: RefusedApproval.CARD,
    WhyNot.CARD_LOCKED: RefusedApproval.CARD,
    WhyNot.NO_SUCH_APPROVAL: RefusedApproval.USED,
    WhyNot.OVER_LIMIT: RefusedApproval.LIMIT,
}


def refused_approval(refusal: Refusal) -> RefusedApproval | None:
    """Of a request with an approval, or for one; None where something else was refused."""
    return _BY_REASON.get(refusal.more.get("reason", ""))
