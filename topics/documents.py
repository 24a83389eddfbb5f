"""What a location is to do, and the centre wants booked: rows of the database's ``documents``.

Each message is the whole row as it is now; what is newest of a row is found by ``version``. A
transfer is two rows of one id: what one location sends, and what the other takes in.
"""

from typing import Literal

from pydantic import Json

from topics.events import Contract
from topics.scalars import Amount, Count, Epoch, Identifier, Positive, Reference, Text, UtcTime

DocumentKind = Literal[
    "order", "delivery", "transfer_out", "transfer_in", "count", "adjustment", "vendor_return"
]


class DocumentLine(Contract):
    """So much of a product, in its base unit; of an adjustment signed, as it is to be booked."""

    sku: Identifier
    quantity: Amount


class CountMark(Contract):
    """How far a till was when a count began; ``exact`` where its screen said so."""

    epoch: Epoch
    sequence: Count
    exact: bool


class StoreDocument(Contract):
    """A document of one location.

    Whoever books it does so under ``document_id``, which is the movements' ``reference``; where the
    location has a store, that is the store. ``lines`` is the JSON of a list. ``why`` says of an
    adjustment for what reason, ``rounds`` of a count how often each product is counted. ``state``
    is that at the centre, where nothing of a store is booked: `closed` takes it back. Of a count
    that is booked here, ``counted_at`` is its moment, ``marks`` the JSON of how far each till was,
    and ``settled_at`` when all of it had been told. ``digest`` tells what was asked for from
    something else under the same id.
    """

    document_id: Identifier
    location_id: Identifier
    kind: DocumentKind
    other_location_id: Identifier | None = None
    supplier: Text | None = None
    why: Reference | None = None
    note: Text | None = None
    lines: Json[list[DocumentLine]]
    rounds: Positive
    state: Literal["open", "booked", "closed"]
    counted_at: UtcTime | None = None
    marks: Json[dict[Identifier, CountMark]] | None = None
    settled_at: UtcTime | None = None
    digest: Text
    ordered_by: Text
    ordered_at: UtcTime
    version: Positive
