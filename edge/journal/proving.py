"""Proves one epoch of a journal, event by event: numbers, content, chain, sums and heads. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from edge.journal.chain import canonical, hash_of
from edge.journal.entries import EpochMark, TillPlace, is_of_an_epoch_before
from edge.journal.findings import Fault, Findings
from edge.journal.heads import HEADED, OutOfRange, SignedHead, Sums

Keys = Mapping[str, ec.EllipticCurvePublicKey]
"""The till's public keys, by their ids."""


class StoredEvent(NamedTuple):
    """A row of the journal."""

    sequence: int
    prev: bytes
    hash: bytes
    receipt_count: int
    grand_total_minor: int
    signature: str | None
    key_id: str | None
    body: bytes


class EpochProof:
    """Reads an epoch's rows in order; what is wrong goes to ``findings``."""

    def __init__(self, till: TillPlace, keys: Keys, before: EpochMark, findings: Findings) -> None:
        """``before`` is where the epoch stood before the first row."""
        self._till = till
        self._keys = keys
        self._findings = findings
        self.mark = before
        self.vouched_to = before.sequence
        self.heads = 0

    def read_all(self, rows: Iterable[StoredEvent], wanted: Mapping[int, SignedHead]) -> None:
        """Prove the rows; ``wanted`` are heads by their numbers that others know of."""
        for row in rows:
            self._read(row)
            known = wanted.get(row.sequence)
            if known and known.head != self.mark.head():
                self._add(Fault.CHANGED, row.sequence, "a head that is known says otherwise")

    def _read(self, row: StoredEvent) -> None:
        gap = row.sequence - self.mark.sequence - 1
        if gap:
            self._deleted(self.mark.sequence + 1, row.sequence - 1)
        event = self._content(row)
        mark = EpochMark(
            self.mark.epoch,
            row.sequence,
            row.hash.hex(),
            Sums(row.receipt_count, row.grand_total_minor),
        )
        if event is not None:
            if not gap:
                self._check_place(row)
                self._check_sums(row, event, mark)
            self._check_head(row, event, mark)
        self.mark = mark

    def _content(self, row: StoredEvent) -> dict[str, Any] | None:
        """The event, None where it is not what its hash says."""
        event = _readable(row.body)
        if event is None or hash_of(row.prev.hex(), row.body) != row.hash.hex():
            self._add(Fault.CHANGED, row.sequence, "the hash is not that of the content")
            return None
        place = (event.get("location_id"), event.get("till_id"), event.get("epoch"))
        if (*place, event.get("sequence")) != (*self._till, self.mark.epoch, row.sequence):
            told = f"{place[0]}/{place[1]} epoch {place[2]} number {event.get('sequence')}"
            self._add(Fault.INSERTED, row.sequence, f"the event says that it is {told}")
            return None
        return event

    def _check_place(self, row: StoredEvent) -> None:
        """What the event before was when this one was written."""
        if row.prev.hex() != self.mark.hash:
            before = max(self.mark.sequence, 1)
            self._add(Fault.CHANGED, before, "the next event was written behind another one")

    def _check_sums(self, row: StoredEvent, event: dict[str, Any], mark: EpochMark) -> None:
        try:
            sums = self.mark.sums.after(event)
        except (OutOfRange, KeyError, TypeError):
            sums = None
        if sums != mark.sums:
            self._add(Fault.CHANGED, row.sequence, "the running sums do not follow")
        elif mark.sums.receipt_count > self.mark.sums.receipt_count:
            self._check_receipt(row, event, mark)

    def _check_receipt(self, row: StoredEvent, event: dict[str, Any], mark: EpochMark) -> None:
        own = f"{self._till.till_id}-{mark.epoch}-{mark.sums.receipt_count}"
        told = event.get("receipt_no")
        if told != own and not is_of_an_epoch_before(mark, self._till, told):
            self._add(Fault.CHANGED, row.sequence, f"its receipt should be number {own}")

    def _check_head(self, row: StoredEvent, event: dict[str, Any], mark: EpochMark) -> None:
        if row.signature is None and event["type"] not in HEADED:
            return
        self.heads += 1
        key = self._keys.get(row.key_id or "")
        if key is None or not SignedHead(mark.head(), row.signature or "").holds(key):
            words = "no head of the till's vouches for it"
            first = min(self.vouched_to + 1, row.sequence)
            self._findings.add(Fault.UNPROVEN, mark.epoch, first, row.sequence, words)
        self.vouched_to = row.sequence

    def _deleted(self, first: int, last: int) -> None:
        words = "the numbers are not in the journal"
        self._findings.add(Fault.DELETED, self.mark.epoch, first, last, words)

    def _add(self, fault: Fault, sequence: int, words: str) -> None:
        self._findings.add(fault, self.mark.epoch, sequence, sequence, words)


def _readable(body: bytes) -> dict[str, Any] | None:
    """The event with these canonical bytes, None where they are not canonical."""
    try:
        event = orjson.loads(body)
        return event if canonical(event) == body else None
    except (ValueError, AttributeError):
        return None
