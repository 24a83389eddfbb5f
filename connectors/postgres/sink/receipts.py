"""Accepted inputs to rows of the ledger and of the receipts. Pure.

The ledger is written from here and never from the levels, so that summing it is a second,
independent way to the same on hand.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from connectors.postgres.sink.acceptance import Booked, Receipt
from connectors.postgres.sink.derived import FollowedRecord, Row
from topics.wire import (
    WireCartCompleted,
    WireEvent,
    WireGoodsReturned,
    WireMovement,
)

OWN_RECEIPTS = frozenset({"till", "store"})
"""By what a till knew that the goods were bought at its own store."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = int(datetime(9000, 1, 1, tzinfo=UTC).timestamp() * 1000)


@dataclass(slots=True)
class InputRows:
    """What a batch of inputs adds to the append-only tables."""

    ledger: list[Row] = field(default_factory=list[Row])
    sales: list[Row] = field(default_factory=list[Row])
    sale_lines: list[Row] = field(default_factory=list[Row])

    def add_receipts(self, receipts: Iterable[tuple[FollowedRecord, Receipt]]) -> None:
        """Take sales and returns that count."""
        for record, event in receipts:
            self._add_lines(event)
            if isinstance(event, WireCartCompleted):
                self.sales.append(_sale(record, event))
                self._add_effects(record, event, -1, "sale")
            else:
                self.sales.append(_return(record, event))
                if event.restock:
                    self._add_effects(record, event, 1, "return")

    def add_movements(self, booked: Iterable[Booked]) -> None:
        """Take movements; one seen before is left to the ledger's unique index."""
        self.ledger.extend(
            [_movement(record, movement) for record, movement in booked if movement.quantity]
        )

    def _add_lines(self, event: Receipt) -> None:
        location_id, till_id, epoch, sequence = _identity(event)
        for line in event.lines:
            self.sale_lines.append(
                (
                    location_id,
                    till_id,
                    epoch,
                    sequence,
                    line.line_no,
                    line.sku,
                    line.quantity,
                    line.unit,
                    line.unit_price_minor,
                    line.amount_minor,
                )
            )

    def _add_effects(self, record: FollowedRecord, event: Receipt, sign: int, reason: str) -> None:
        topic, partition, offset = _source(record)
        location_id, till_id, epoch, sequence = _identity(event)
        for line in event.lines:
            if line.quantity:
                self.ledger.append(
                    (
                        topic,
                        partition,
                        offset,
                        location_id,
                        line.sku,
                        sign * line.quantity,
                        reason,
                        event.receipt_no,
                        event.occurred_at,
                        till_id,
                        epoch,
                        sequence,
                        line.line_no,
                        None,
                    )
                )


def _source(record: FollowedRecord) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset


def _identity(event: WireEvent) -> tuple[str, str, int, int]:
    return event.location_id, event.till_id, event.epoch, event.sequence


def _movement(record: FollowedRecord, movement: WireMovement) -> Row:
    return (
        *_source(record),
        movement.location_id,
        movement.sku,
        movement.quantity,
        movement.reason,
        movement.reference,
        movement.occurred_at,
        None,
        None,
        None,
        None,
        movement.movement_id,
    )


def _sale(record: FollowedRecord, event: WireCartCompleted) -> Row:
    return (
        *_identity(event),
        "sale",
        event.receipt_no,
        event.cart_id,
        None,
        None,
        event.business_date,
        event.occurred_at,
        event.currency,
        event.total_minor,
        sum([line.amount_minor for line in event.lines]),
        sum([discount.amount_minor for discount in event.discounts]),
        sum([tax.amount_minor for tax in event.taxes]),
        0,
        event.tenders,
        event.discounts,
        event.taxes,
        event.customer_id,
        event.cashier_id,
        _version_text(event),
        event.event_id,
        *_source(record),
        None,
        None,
        None,
    )


def _return(record: FollowedRecord, event: WireGoodsReturned) -> Row:
    return (
        *_identity(event),
        "return",
        event.receipt_no,
        None,
        event.return_id,
        event.restock,
        event.business_date,
        event.occurred_at,
        None,
        0,
        0,
        0,
        0,
        event.refund_minor,
        [],
        [],
        [],
        None,
        event.cashier_id,
        _version_text(event),
        event.event_id,
        *_source(record),
        event.verified,
        _sold_at(event),
        _received_at(record),
    )


def _received_at(record: FollowedRecord) -> datetime:
    # A topic that the broker does not stamp may hold any number.
    return _EPOCH + timedelta(milliseconds=min(max(record.timestamp, 0), _LAST_MS))


def _sold_at(event: WireGoodsReturned) -> str | None:
    """Whose receipt it is, where the till said so or knew it for one of its own store's."""
    if event.receipt_location_id is None and event.verified in OWN_RECEIPTS:
        return event.location_id
    return event.receipt_location_id


def _version_text(event: WireEvent) -> str | None:
    # A number, or the text of an older till; the column is text.
    version = event.catalog_version
    return version if version is None else str(version)
