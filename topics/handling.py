"""What people do about restock alerts: rows that the board writes, published by Debezium.

Each message is the whole row as it is now. The key is the location alone, so what is newest of a
row is found by ``version``.
"""

from typing import Literal

from topics.events import Contract
from topics.scalars import Identifier, Positive, Reference, Text, UtcTime


class AlertHandling(Contract):
    """How far somebody is with one raising of an alert: (``location_id``, ``sku``, ``raised_at``).

    ``raised_at`` is that of the alert in ``restock.alerts``: raised anew, it is handled anew.
    ``note`` is the newest; earlier ones are in earlier messages.
    """

    location_id: Identifier
    sku: Identifier
    raised_at: UtcTime
    acknowledged_by: Text | None = None
    acknowledged_at: UtcTime | None = None
    owner: Text | None = None
    note: Text | None = None
    noted_by: Text | None = None
    noted_at: UtcTime | None = None
    changed_by: Text
    changed_at: UtcTime
    version: Positive


class RestockProposal(Contract):
    """A proposal to restock a location, for one raising of an alert there.

    A ``transfer`` comes from ``from_location_id``, an ``order`` from a supplier; ``quantity`` is in
    the base unit, ``reason`` says in words why so. Whoever carries out an accepted one books it
    with ``proposal_id`` as the movements' ``reference``.
    """

    proposal_id: Reference
    kind: Literal["transfer", "order"]
    location_id: Identifier
    sku: Identifier
    raised_at: UtcTime
    from_location_id: Identifier | None = None
    quantity: Positive
    reason: Text
    state: Literal["proposed", "accepted", "withdrawn"]
    proposed_by: Text
    proposed_at: UtcTime
    decided_by: Text | None = None
    decided_at: UtcTime | None = None
    version: Positive
