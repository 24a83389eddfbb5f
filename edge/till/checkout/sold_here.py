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


def sold_here(journal: Journal, receipt_no: str) -> SoldHere | None:
    """The sale of that number; None for any other. In the journal's thread."""
    told = told_of_receipt(journal, receipt_no)
    if told is None or told["event"]["type"] != "cart_completed":
        return None
    event = told["event"]
    sale = msgspec.convert(event, StoredReceipt)
    return SoldHere(event, sale, returned_of(sale, _returns(journal, event)))


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
