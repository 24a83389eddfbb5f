"""Amounts that were typed at the page."""

from edge.till.refusals import WhyNot, unfit
from edge.till.scanning.field import FieldTerms, read_amount


def typed_amount(text: str, terms: FieldTerms) -> int:
    """Minor units; raises `Refusal` where it is no amount."""
    if not text.strip():
        raise unfit(WhyNot.NOT_IN_CONTRACT, "Type the amount first, such as 50.00.")
    amount_minor = read_amount(text, terms)
    if amount_minor is None:
        words = f"{text.strip()[:20]} is no amount: type one like 20.00."
        raise unfit(WhyNot.NOT_IN_CONTRACT, words)
    return amount_minor
