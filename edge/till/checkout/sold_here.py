"""What this till's own journal knows of a sale: its lines, and how much of each has come back."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec
import orjson

from edge.gateway.receipts.refunds import returned_of
from edge.gateway.receipts.stored import StoredLine, StoredReceipt
from edge.journal.journal import Journal
from edge.journal.statements import statement
from edge.till.checkout.receipt_numbers import told_of_receipt


class SoldHere(NamedTuple):
    """A sale, and what of it has come back to this till, by line."""

    event: Mapping[str, Any]
    sale: StoredReceipt
    back: Mapping[int, int]

    @property
    def is_training(self) -> bool:
        """Whether nothing was sold in earnest."""
        return bool(self.event.get("training"))

    def as_of_now(self, journal: Journal) -> "SoldHere":
        """The sale, with what has come back by now. In the journal's thread."""
        return self._replace(back=returned_of(self.sale, _returns(journal, self.event)))


def sold_here(journal: Journal, receipt_no: str) -> SoldHere | None:
    """The sale of that number; None for any other. In the journal's thread."""
    return sold_by(journal, told_of_receipt(journal, receipt_no))


def sold_by(journal: Journal, told: Mapping[str, Any] | None) -> SoldHere | None:
    """The sale that `told_of_receipt` has found; None where it has found none."""
    if told is None or told["event"]["type"] != "cart_completed":
        return None
    sale = msgspec.convert(told["event"], StoredReceipt)
    return SoldHere(told["event"], sale, {}).as_of_now(journal)


def _returns(journal: Journal, event: Mapping[str, Any]) -> list[list[StoredLine]]:
    """The lines of each return. One that was written again under a later epoch happened once, and
    one of training not at all, unless the sale was one too."""
    place = (event["epoch"], event["sequence"], event["receipt_no"])
    rows = journal.file.database.execute(statement("returns_of_receipt"), place)
    found: dict[str, list[StoredLine]] = {}
    for (body,) in rows:
        back = orjson.loads(body)
        if bool(back.get("training")) == bool(event.get("training")):
            found[back["event_id"]] = msgspec.convert(back["lines"], list[StoredLine])
    return list(found.values())
