"""Rules of what is written off, set right, and sent back. Pure."""

from dashboards.backoffice.documents import LOSSES, BookingOutcome, Movement, Quantities
from topics.changes import MovementReason


def effects(why: str | None, lines: Quantities) -> dict[str, int]:
    """What an adjustment does to the level: what is lost is told as a number above nothing."""
    sign = -1 if why in LOSSES else 1
    return {sku: sign * each for sku, each in lines.items()}


def adjusted(why: str | None, effect: Quantities) -> BookingOutcome:
    """An adjustment whose lines are its effects."""
    reason: MovementReason = "shrinkage" if why in LOSSES else "adjustment"
    return BookingOutcome([Movement(sku, each, reason) for sku, each in effect.items()], "booked")


def returned(lines: Quantities) -> BookingOutcome:
    """Goods that go back to whom they came from."""
    return BookingOutcome(
        [Movement(sku, -each, "vendor_return") for sku, each in lines.items()], "booked"
    )
