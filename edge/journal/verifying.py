"""``prove`` a till's journal: by itself, and against what others know of it.

By itself a journal proves that nothing in it was changed, inserted or deleted by anybody without
the till's key. That its tail was not cut off, only others can prove: a head that was acknowledged
or printed, or the centre's records.
"""

from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from edge.journal.comparing import CentreRecords, compare
from edge.journal.entries import EpochMark, TillPlace
from edge.journal.files import open_to_read
from edge.journal.findings import Fault, Findings, JournalFinding
from edge.journal.heads import SignedHead, Sums
from edge.journal.proving import EpochProof, Keys, StoredEvent
from edge.journal.statements import statement
from edge.journal.writing import named


class ProvenEpoch(NamedTuple):
    """What was looked at of one epoch."""

    epoch: int
    kept_from: int
    mark: EpochMark
    vouched_to: int
    """The last number that one of the till's own heads vouches for."""


class JournalProof(NamedTuple):
    """What was looked at, and what is wrong: nothing, where ``findings`` is empty."""

    till: TillPlace
    epochs: list[ProvenEpoch]
    events: int
    heads: int
    findings: list[JournalFinding]
    found: int
    """How many findings there are; the first of them are listed."""


def prove(
    path: Path,
    known: Collection[SignedHead] = (),
    trusted: Collection[ec.EllipticCurvePublicKey] = (),
    centre: Sequence[CentreRecords] = (),
) -> JournalProof:
    """Prove the journal in ``path``, also beside the process that writes it.

    ``known`` are heads that were acknowledged or printed. ``trusted`` are the till's keys, as its
    certificates have them; without them those count that the journal itself names, which prove
    only that one device wrote it. ``centre`` is what the centre has of this till. Raises
    `JournalUnusable`.
    """
    with (
        closing(open_to_read(path)) as now,
        closing(open_to_read(path)) as database,
        database,  # one moment of a journal that is being written
    ):
        return _Proving(database, known, trusted).prove(centre, now)


class _Proving:
    def __init__(
        self,
        database: Any,
        known: Collection[SignedHead],
        trusted: Collection[ec.EllipticCurvePublicKey],
    ) -> None:
        self._database = database
        self._known = known
        self._findings = Findings()
        self._keys = _keys(database, trusted)
        self._till = TillPlace(
            *database.execute("SELECT location_id, till_id FROM till").fetchone() or ("", "")
        )
        self._heads = self._events = 0

    def prove(self, centre: Sequence[CentreRecords], now: Any) -> JournalProof:
        rows = self._database.execute(statement("epochs_kept")).fetchall()
        epochs = [self._epoch(*row) for row in rows]
        self._check_known({each.epoch: each for each in epochs})
        for records in centre:
            compare(self._database, now, self._till, records, self._findings)
        kept, count = self._findings.kept, self._findings.count
        return JournalProof(self._till, epochs, self._events, self._heads, kept, count)

    def _epoch(self, epoch: int, kept_from: int, *more: Any) -> ProvenEpoch:
        digest, count, total, reached, may_have_left = more
        before = EpochMark(epoch, kept_from - 1, digest.hex(), Sums(count, total))
        proof = EpochProof(self._till, self._keys, before, self._findings)
        if may_have_left < before.sequence:
            words = "they left before the centre had them"
            first, last = may_have_left + 1, before.sequence
            self._findings.add(Fault.DELETED, epoch, first, last, words)
        rows = self._database.execute(statement("events_of_epoch"), (epoch,))
        wanted = {each.head.sequence: each for each in self._known if each.head.epoch == epoch}
        proof.read_all(map(StoredEvent._make, rows), wanted)
        self._heads += proof.heads
        self._events += proof.mark.sequence - kept_from + 1
        self._check_end(proof.mark, reached, "the gateway has events there")
        return ProvenEpoch(epoch, kept_from, proof.mark, proof.vouched_to)

    def _check_known(self, epochs: dict[int, ProvenEpoch]) -> None:
        for each in self._known:
            head = each.head
            if not any(each.holds(key) for key in self._keys.values()):
                words = "the head that is known was not signed by a key of this till"
                self._findings.add(Fault.UNPROVEN, head.epoch, head.sequence, head.sequence, words)
            there = epochs.get(head.epoch)
            mark = there.mark if there else EpochMark(head.epoch, 0, "", Sums())
            self._check_end(mark, head.sequence, "a head that is known reaches further")

    def _check_end(self, mark: EpochMark, reached: int, words: str) -> None:
        if mark.sequence < reached:
            self._findings.add(Fault.CUT, mark.epoch, mark.sequence + 1, reached, words)


def _keys(database: Any, trusted: Collection[ec.EllipticCurvePublicKey]) -> Keys:
    if trusted:
        return {named(key)[0]: key for key in trusted}
    keys: dict[str, ec.EllipticCurvePublicKey] = {}
    for (der,) in database.execute("SELECT public_key FROM keys"):
        key = load_der_public_key(der)
        if isinstance(key, ec.EllipticCurvePublicKey):
            keys[named(key)[0]] = key
    return keys
