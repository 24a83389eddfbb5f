"""Sales and returns as their receipts need them, read from what the journal gives. Pure.

Proven while it is read: a disk that says something else than what was committed prints nothing.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple, TypeVar

import msgspec

from edge.journal.chain import BrokenChain, NotCanonical, link_of
from edge.journal.heads import WrongHead, read
from edge.till.receipts.proofs import NamedReceipt, ReceiptProof
from topics import scalars as s
from topics.wire_parts import Time, WireDiscount, WireLine, WireTax, WireTender

T = TypeVar("T", "PrintedSale", "PrintedReturn")


class UnprintableReceipt(ValueError):
    """What the journal has under the number is no sale or return with its signed head."""


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


_RETURN_NAMES = {"receipt_no": "return_id", "of_receipt": "receipt_no"}


class PrintedReturn(
    msgspec.Struct, frozen=True, tag_field="type", tag="goods_returned", rename=_RETURN_NAMES
):
    """Of the event ``goods_returned``, what stands on its receipt, whose number is its own."""

    location_id: str
    till_id: str
    receipt_no: str
    of_receipt: str
    """The sale's number."""

    occurred_at: Time
    lines: tuple[WireLine, ...]
    refund_minor: int
    cashier_id: str | None = None
    training: bool = False


class ProvenSale(NamedTuple):
    """A sale, and what proves it."""

    sale: PrintedSale
    proof: ReceiptProof


class ProvenReturn(NamedTuple):
    """A return, and what proves it."""

    back: PrintedReturn
    proof: ReceiptProof


def proven_sale(told: Mapping[str, Any]) -> ProvenSale:
    """The sale in an answer of `edge.till.books.event_at`; raises `UnprintableReceipt`."""
    return ProvenSale(*_proven(told, PrintedSale))


def proven_return(told: Mapping[str, Any]) -> ProvenReturn:
    """The return in such an answer; raises `UnprintableReceipt`."""
    return ProvenReturn(*_proven(told, PrintedReturn))


def _proven(told: Mapping[str, Any], kind: type[T]) -> tuple[T, ReceiptProof]:
    try:
        event = told["event"]
        printed = msgspec.convert(event, kind)
        signed = read(told["head"], told["signature"])
        digest = link_of(event).hash
    except KeyError as error:
        raise UnprintableReceipt(f"the journal does not say its {error.args[0]}") from error
    except (msgspec.ValidationError, WrongHead, BrokenChain, NotCanonical) as error:
        raise UnprintableReceipt(f"it cannot be printed: {error}") from error
    place = (event["epoch"], event["sequence"], digest)
    if place != (signed.head.epoch, signed.head.sequence, signed.head.hash):
        raise UnprintableReceipt("the head is not that of this receipt")
    named = NamedReceipt(printed.location_id, printed.till_id, printed.receipt_no)
    return printed, ReceiptProof(named, digest, signed.head, signed.signature)
