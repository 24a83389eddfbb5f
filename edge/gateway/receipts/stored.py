"""A sale or a return as it lies here: what is looked at of it, beside its own bytes."""

import msgspec

from topics.scalars import Amount, Identifier, Number, Ordinal, Quantity, Reference


class StoredLine(msgspec.Struct, frozen=True, gc=False):
    """See `topics.event_parts.Line`."""

    line_no: Number
    sku: Identifier
    quantity: Quantity
    unit: str
    amount_minor: Amount


class StoredReceipt(msgspec.Struct, frozen=True):
    """See `topics.events`: a completed cart, or goods that were returned."""

    type: str
    location_id: Identifier
    till_id: Identifier
    epoch: Ordinal
    sequence: Ordinal
    receipt_no: Reference
    business_date: str
    lines: list[StoredLine]
    total_minor: Amount = 0
    customer_id: Reference | None = None
    return_id: Reference | None = None
    receipt_location_id: Identifier | None = None

    @property
    def is_of_another(self) -> bool:
        """Whether goods came back that another store had sold."""
        return self.receipt_location_id not in (None, self.location_id)

    @property
    def is_sale(self) -> bool:
        """Whether something was sold."""
        return self.type == "cart_completed"


decode_receipt = msgspec.json.Decoder(StoredReceipt).decode
