"""What the registration says of devices: rows that it writes, published by Debezium.

The key is the location alone: what is newest of a device is the row with the highest
``list_number``. Rows are never deleted.
"""

from typing import Annotated, Literal

from pydantic import Field

from topics.events import Contract
from topics.scalars import EPOCH_MAX, Epoch, Identifier, Positive, UtcTime


class Device(Contract):
    """A till, and whether it may take part.

    ``epoch`` is that of its newest enrolment, 0 before the first; ``highest_epoch`` the greatest
    that any voucher carries. ``list_number`` is that of its location's signed list of devices,
    which ascends with every change of one of them.
    """

    location_id: Identifier
    till_id: Identifier
    status: Literal["registered", "active", "revoked"]
    epoch: Annotated[int, Field(ge=0, le=EPOCH_MAX)]
    highest_epoch: Epoch
    list_number: Positive
    changed_at: UtcTime
