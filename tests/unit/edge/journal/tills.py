"""A till of the tests: its place, its key, and events as its service gives them to the journal."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec

from edge.journal.entries import TillPlace
from edge.journal.journal import Journal
from edge.journal.reserve import Reserve
from tests.unit.topics import examples

TILL = TillPlace("shop-0042", "till-3")
KEY = ec.generate_private_key(ec.SECP256R1())
FILLED_BY_THE_JOURNAL = ("location_id", "till_id", "epoch", "sequence", "chain", "receipt_no")

RESERVE_BYTES = 256 * 1024
"""Enough for a cart, and quickly made."""


def event(kind: str, **fields: Any) -> dict[str, Any]:
    """An event of that type, with an id of its own."""
    example = next(each for each in examples.TILL_EVENTS if each["type"] == kind)
    left_out = FILLED_BY_THE_JOURNAL if kind != "goods_returned" else FILLED_BY_THE_JOURNAL[:-1]
    given = {name: value for name, value in example.items() if name not in left_out}
    return given | {"event_id": str(uuid4())} | fields


def sale(total_minor: int = 786, **fields: Any) -> dict[str, Any]:
    """A completed cart."""
    return event("cart_completed", total_minor=total_minor, **fields)


def heartbeat() -> dict[str, Any]:
    """The smallest event that ends in a head."""
    return event("till_heartbeat")


def opened(folder: Path, epoch: int | None = 1, vfs: str | None = None) -> Journal:
    """The till's journal in that folder, under an epoch; None goes on in the newest."""
    path = folder / "journal.sqlite"
    reserve = Reserve(folder / "journal.sqlite.reserve", RESERVE_BYTES)
    journal = Journal(path, TILL, KEY, vfs=vfs, reserve=reserve)
    if epoch is not None:
        journal.begin_epoch(epoch)
    return journal


_ALL_ACCEPTED = """
UPDATE epochs SET accepted_to = coalesce(
    (SELECT max(sequence) FROM events WHERE events.epoch = epochs.epoch), kept_from - 1
) WHERE doubted_to IS NULL
"""


def all_accepted(journal: Journal) -> None:
    """A gateway has taken all that is here."""
    journal.file.database.execute(_ALL_ACCEPTED)
