"""Whether a scanned piece may be sold: not once its last day is over, not where it is recalled."""

from datetime import date
from enum import Enum
from typing import NamedTuple

from edge.till.scanning.items import ScannedItem


class WhyStopped(Enum):
    """What forbids it."""

    EXPIRED = "expired"
    RECALLED = "recalled"


class Stopped(NamedTuple):
    """It may not be sold. ``detail`` is the last day, or the recall's reason."""

    why: WhyStopped
    detail: str


def stop_of(item: ScannedItem, today: date, recall_reason: str | None) -> Stopped | None:
    """Why the piece is stopped, None where it is sold.

    ``today`` is the day by the till's clock in its store's time zone. ``recall_reason`` is that of
    a recall of the product or of the piece's lot. A recall comes first: who sees only the date may
    put the piece back.
    """
    if recall_reason is not None:
        return Stopped(WhyStopped.RECALLED, recall_reason)
    if item.expires_on is not None and item.expires_on < today:
        return Stopped(WhyStopped.EXPIRED, item.expires_on.isoformat())
    return None
