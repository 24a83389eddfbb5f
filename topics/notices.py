"""What a webhook says: a restock alert that was raised or cleared, or a trial."""

from typing import Literal

from topics.derived import RestockAlert
from topics.events import Contract
from topics.scalars import UtcTime


class AlertNotice(Contract):
    """A restock alert was raised, changed its reason, or was cleared; ``data`` is its new state.

    ``timestamp`` is when the change was written. The same change has the same ``webhook-id``
    however often it is sent; a receiver ignores a ``data.version`` that it has passed.
    """

    type: Literal["restock_alert.raised", "restock_alert.cleared"]
    timestamp: UtcTime
    data: RestockAlert
