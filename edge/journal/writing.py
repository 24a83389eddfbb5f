"""Rows of events, written behind the last one, each with its signed head where it ends in one."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.journal import heads
from edge.journal.chain import EPOCH_BEGINS
from edge.journal.entries import EpochMark, JournalEntry, TillPlace, entry_after
from edge.journal.heads import HEADED, SignedHead, Sums
from edge.journal.statements import statement


class Written(NamedTuple):
    """An event that is in the journal, with its head where it ends in one."""

    entry: JournalEntry
    head: SignedHead | None


class Writer:
    """Writes for one till, inside the transaction of whoever calls."""

    def __init__(self, database: Any, till: TillPlace, key: ec.EllipticCurvePrivateKey) -> None:
        self._database = database
        self._till = till
        self.use_key(key)

    def use_key(self, key: ec.EllipticCurvePrivateKey) -> None:
        """Sign by this key from now on."""
        self._key, self._key_id = key, named(key.public_key())[0]

    def note_key(self, key: ec.EllipticCurvePrivateKey) -> None:
        """Keep the public key, by which others prove the heads."""
        self._database.execute(statement("note_key"), named(key.public_key()))

    def write(self, mark: EpochMark, events: Iterable[Mapping[str, Any]]) -> list[Written]:
        """Write the events behind ``mark``; raises `EventRefused` at the first that cannot be."""
        done: list[Written] = []
        for event in events:
            entry = entry_after(mark, self._till, event)
            done.append(Written(entry, self._insert(entry)))
            mark = entry.mark
        return done

    def sign(self, mark: EpochMark) -> SignedHead:
        """The head of what stands at ``mark``."""
        return heads.sign(self._key, mark.head())

    def _insert(self, entry: JournalEntry) -> SignedHead | None:
        head = self.sign(entry.mark) if entry.event["type"] in HEADED else None
        row = (
            entry.mark.epoch,
            entry.mark.sequence,
            bytes.fromhex(entry.link.prev),
            bytes.fromhex(entry.link.hash),
            *entry.mark.sums,
            head and head.signature,
            head and self._key_id,
            entry.link.body,
        )
        self._database.execute(statement("insert_event"), row)
        return head


def named(key: ec.EllipticCurvePublicKey) -> tuple[str, bytes]:
    """A public key's id, and the key in DER."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(der).hexdigest(), der


def mark_at(database: Any, epoch: int, sequence: int) -> EpochMark | None:
    """Where an epoch stood after an event; None where the journal does not know."""
    row = database.execute(statement("mark_at"), (epoch, sequence)).fetchone()
    if row is None:
        return None
    digest, receipt_count, grand_total_minor = row
    return EpochMark(epoch, sequence, digest.hex(), Sums(receipt_count, grand_total_minor))


def last_mark(database: Any) -> EpochMark | None:
    """Where the newest epoch stands; None before the first."""
    epoch = database.execute("SELECT max(epoch) FROM epochs").get
    return epoch and mark_at(database, epoch, last_of(database, epoch))


def last_of(database: Any, epoch: int) -> int:
    """The number of an epoch's last event, 0 for none."""
    return database.execute(statement("last_of_epoch"), (epoch,)).get or 0


def beginning(epoch: int) -> EpochMark:
    """Where an epoch stands before its first event."""
    return EpochMark(epoch, 0, EPOCH_BEGINS, Sums())
