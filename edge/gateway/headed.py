"""Whether the head of a batch vouches for it. A head that does not changes nothing: it is told."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from edge.gateway.events import ReadEvent
from edge.journal.heads import OutOfRange, SignedHead, Sums, WrongHead, read
from topics.till_headers import HEAD_HEADER


class SentHead(NamedTuple):
    """A head as it came: None where it cannot be read, and why."""

    signed: SignedHead | None
    fault: str | None

    def hash_at(self, epoch: int, sequence: int) -> str | None:
        """The hash that it names for an event, None where it is another's."""
        if self.signed is None:
            return None
        head = self.signed.head
        return head.hash.lower() if (head.epoch, head.sequence) == (epoch, sequence) else None

    def header(self, key_id: str) -> list[tuple[str, bytes]]:
        """The header by which it goes on, for others to verify; ``key_id`` names the device's
        certificate."""
        if self.signed is None:
            return []
        told = {
            "head": self.signed.head.as_json(),
            "signature": self.signed.signature,
            "key_id": key_id,
        }
        return [(HEAD_HEADER, orjson.dumps(told))]


def read_head(head: Any, signature: Any) -> SentHead:
    """The head of a batch."""
    try:
        return SentHead(read(head, signature), None)
    except WrongHead as error:
        return SentHead(None, str(error))


def sums_after(before: Sums | None, events: Iterable[ReadEvent]) -> Sums | None:
    """The running sums behind ``events``; None where nobody knows, as behind what nobody could
    read."""
    sums = before
    for event in events:
        if sums is None or event.fault is not None:
            return None
        try:
            sums = sums.after(event.content)
        except OutOfRange:
            return None
    return sums


def doubts(
    sent: SentHead,
    epoch: int,
    last: ReadEvent,
    sums: Sums | None,
    key: ec.EllipticCurvePublicKey,
) -> list[str]:
    """What is wrong with a head that ends at ``last``, in words; ``sums`` are those behind it,
    None where they are not known."""
    if sent.signed is None:
        return [sent.fault or "there is no head"]
    head = sent.signed.head
    told = Sums(head.receipt_count, head.grand_total_minor)
    found = {
        "the signature is not the device's": not sent.signed.holds(key),
        f"it is of epoch {head.epoch}, event {head.sequence}": (
            (head.epoch, head.sequence) != (epoch, last.sequence)
        ),
        "its hash is not the last event's": head.hash.lower() != last.hash,
        f"its sums are {tuple(told)}, and {tuple(sums or ())} by the events": sums
        not in (None, told),
    }
    return [words for words, is_so in found.items() if is_so]
