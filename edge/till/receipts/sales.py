"""A sale as its receipt needs it, read from what the journal gives. Pure.

Proven while it is read: a disk that says something else than what was committed prints nothing.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec

from edge.journal.chain import BrokenChain, NotCanonical, link_of
from edge.journal.heads import WrongHead, read
from edge.till.receipts.proofs import NamedReceipt, ReceiptProof
from topics import scalars as s
from topics.wire_parts import Time, WireDiscount, WireLine, WireTax, WireTender


class UnprintableReceipt(ValueError):
    """What the journal has under the number is no sale with its signed head."""


class PrintedSale(msgspec.Struct, frozen=True, tag_field="type", tag="cart_completed"):
    """Of the event ``cart_completed``, what stands on a receipt."""

    location_id: str
    till_id: str
    receipt_no: str
    occurred_at: Time
    business_date: date
    currency: s.Currency
    total_minor: int
    lines: tuple[WireLine, ...]
    discounts: tuple[WireDiscount, ...] = ()
    taxes: tuple[WireTax, ...] = ()
    tenders: tuple[WireTender, ...] = ()
    cashier_id: str | None = None
    training: bool = False


class ProvenSale(NamedTuple):
    """A sale, and what proves it."""

    sale: PrintedSale
    proof: ReceiptProof


def proven_sale(told: Mapping[str, Any]) -> ProvenSale:
    """The sale in an answer of `edge.till.books.event_at`; raises `UnprintableReceipt`."""
    try:
        event = told["event"]
        sale = msgspec.convert(event, PrintedSale)
        signed = read(told["head"], told["signature"])
        digest = link_of(event).hash
    except KeyError as error:
        raise UnprintableReceipt(f"the journal does not say its {error.args[0]}") from error
    except (msgspec.ValidationError, WrongHead, BrokenChain, NotCanonical) as error:
        raise UnprintableReceipt(f"it cannot be printed: {error}") from error
    place = (event["epoch"], event["sequence"], digest)
    if place != (signed.head.epoch, signed.head.sequence, signed.head.hash):
        raise UnprintableReceipt("the head is not that of this sale")
    named = NamedReceipt(sale.location_id, sale.till_id, sale.receipt_no)
    return ProvenSale(sale, ReceiptProof(named, digest, signed.head, signed.signature))
