"""Baskets to till events: each store's tills number what they sold, as they would have then.

A basket becomes one ``cart_completed``. In the file's terms: a line's amount is what it would
have cost without the store's own discount (amount + discount), the discount is one rule of the
receipt, and the total is what the shop got. A coupon is a voucher that its maker redeems, so it
is a tender and lowers no total; what it does not pay, in whatever kind, is ``other``. A coupon
worth more than its basket leaves a negative ``other``: the file says so, and sums stay the file's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any
from zlib import crc32

from edge.event_ids import UUID7_FREE_BITS, uuid7
from edge.replay.baskets import Basket
from edge.replay.rows import Row
from topics.wire import (
    AnyWireEvent,
    WireCartCompleted,
    WireCartOpened,
    WireDiscount,
    WireLine,
    WireLineAdded,
    WireTender,
)

DISCOUNT_RULE = "store-discount"

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Numbering:
    """What, beside the file, makes the events.

    Change any of it together with ``epoch``, or other events come under numbers that the workers
    have seen. ``tills_per_store`` is 1 to 999.
    """

    epoch: int
    currency: str
    tills_per_store: int = 1
    full_carts: bool = False


class ReplayTills:
    """Every till of the file, and how far each has counted."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._sequences: dict[str, int] = {}

    @property
    def count(self) -> int:
        """Tills that have sold something."""
        return len(self._sequences)

    def events(self, basket: Basket) -> Iterator[AnyWireEvent]:
        """The basket's events; the last is its sale."""
        lines = [_line(number, row) for number, row in enumerate(basket, start=1)]
        if self._numbering.full_carts:
            yield self._opened(basket)
            for row, line in zip(basket, lines, strict=True):
                yield WireLineAdded(**self._envelope(row), cart_id=row.basket_id, line=line)
        yield self._completed(basket, tuple(lines))

    def _opened(self, basket: Basket) -> AnyWireEvent:
        first = min(basket, key=lambda row: row.at)
        return WireCartOpened(**self._envelope(first), cart_id=first.basket_id)

    def _completed(self, basket: Basket, lines: tuple[WireLine, ...]) -> AnyWireEvent:
        last = max(basket, key=lambda row: row.at)
        total_minor = sum(row.amount_minor for row in basket)
        return WireCartCompleted(
            **self._envelope(last),
            cart_id=last.basket_id,
            receipt_no=last.basket_id,
            currency=self._numbering.currency,
            lines=lines,
            discounts=_discounts(basket),
            taxes=(),
            tenders=_tenders(basket, total_minor),
            total_minor=total_minor,
            customer_id=last.customer_id,
        )

    def _envelope(self, row: Row) -> dict[str, Any]:
        number = crc32(row.basket_id.encode()) % self._numbering.tills_per_store + 1
        till_id = f"{row.location_id}-{number}"
        sequence = self._sequences[till_id] = self._sequences.get(till_id, 0) + 1
        return {
            "event_id": self._event_id(row, till_id, sequence),
            "location_id": row.location_id,
            "till_id": till_id,
            "epoch": self._numbering.epoch,
            "sequence": sequence,
            "occurred_at": row.at,
            "business_date": row.business_date,
        }

    def _event_id(self, row: Row, till_id: str, sequence: int) -> str:
        named = f"{till_id}/{self._numbering.epoch}/{sequence}/{row.basket_id}"
        digest = blake2b(named.encode(), digest_size=10).digest()
        bits = int.from_bytes(digest, "big") >> (80 - UUID7_FREE_BITS)
        return uuid7((row.at - _UNIX_EPOCH) // _MILLISECOND, bits)


def _line(number: int, row: Row) -> WireLine:
    amount_minor = row.amount_minor + row.discount_minor
    return WireLine(
        line_no=number,
        sku=row.sku,
        quantity=row.quantity,
        unit="each",
        unit_price_minor=_unit_price_minor(amount_minor, row.quantity),
        amount_minor=amount_minor,
    )


def _unit_price_minor(amount_minor: int, quantity: int) -> int:
    """To the nearest minor unit, halves up; the file has no prices, only amounts."""
    pieces = quantity or 1
    return max(0, (2 * amount_minor + pieces) // (2 * pieces))


def _discounts(basket: Basket) -> tuple[WireDiscount, ...]:
    off_minor = sum(row.discount_minor for row in basket)
    return (WireDiscount(DISCOUNT_RULE, -off_minor),) if off_minor else ()


def _tenders(basket: Basket, total_minor: int) -> tuple[WireTender, ...]:
    coupon_minor = sum(row.coupon_minor for row in basket)
    paid = (WireTender("voucher", coupon_minor), WireTender("other", total_minor - coupon_minor))
    return tuple(tender for tender in paid if tender.amount_minor)
