"""The fast twins of `topics.event_parts`, with the checks that msgspec cannot do."""

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec

from topics import scalars as s
from topics.quick_checks import (
    admit_ids,
    good_ids,
    is_event_id,
    require_distinct_line_numbers,
)

Time = Annotated[datetime, msgspec.Meta(tz=True)]
Version = s.Number | s.Reference | None


class WireLine(msgspec.Struct, frozen=True, gc=False):
    """One line of a cart or receipt; see `topics.events.Line`."""

    line_no: s.Number
    sku: str
    quantity: s.Quantity
    unit: s.Unit
    unit_price_minor: s.Number
    amount_minor: s.Amount
    lot: s.Reference | None = None
    expires_on: date | None = None
    serial: s.Reference | None = None


class WireDiscount(msgspec.Struct, frozen=True, gc=False):
    """See `topics.events.Discount`."""

    rule: s.Reference
    amount_minor: s.NotPositive


class WireTax(msgspec.Struct, frozen=True, gc=False):
    """See `topics.events.Tax`."""

    rate_basis_points: s.Number
    amount_minor: s.Amount


class WireTender(msgspec.Struct, frozen=True, gc=False):
    """See `topics.events.Tender`."""

    kind: s.TenderKind
    amount_minor: s.Amount


class WireRuleNote(msgspec.Struct, frozen=True, gc=False):
    """See `topics.event_parts.RuleNote`."""

    rule: s.Reference
    note: str
    line_nos: tuple[s.Number, ...] = ()


class WireRulesApplied(msgspec.Struct, frozen=True, gc=False):
    """See `topics.event_parts.RulesApplied`."""

    tables: dict[s.Reference, s.Ordinal]
    categories: dict[s.Identifier, str] = {}
    notes: tuple[WireRuleNote, ...] = ()


def check_envelope(event: "WireEvent") -> None:
    if not is_event_id(event.event_id):
        raise ValueError("an event_id must be a UUID in its canonical form")
    if event.location_id not in good_ids or event.till_id not in good_ids:
        admit_ids(event.location_id, event.till_id)
    if event.occurred_at.tzinfo is not UTC:
        _set_to_utc(event)


def _set_to_utc(event: "WireEvent") -> None:
    msgspec.structs.force_setattr(event, "occurred_at", s.in_utc(event.occurred_at))


def check_lines(lines: tuple[WireLine, ...]) -> None:
    highest = -1
    rising = True
    for line in lines:
        if line.sku not in good_ids:
            admit_ids(line.sku)
        if line.line_no <= highest:
            rising = False
        highest = line.line_no
    if not rising:
        require_distinct_line_numbers(lines)


class WireChain(msgspec.Struct, frozen=True, gc=False):
    """See `topics.events.Chain`."""

    prev: s.Hash
    hash: s.Hash


class WireEvent(msgspec.Struct, frozen=True, gc=False, kw_only=True, tag_field="type"):
    """What every till event carries; see `topics.events.Envelope`."""

    event_id: str
    location_id: str
    till_id: str
    epoch: s.Epoch
    sequence: s.Ordinal
    occurred_at: Time
    business_date: date
    chain: WireChain | None = None
    training: bool = False
    catalog_version: Version = None
    features_version: Version = None
    build: s.Reference | None = None

    def __post_init__(self) -> None:
        check_envelope(self)
