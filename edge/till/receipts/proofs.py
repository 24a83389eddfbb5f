"""What a receipt's QR code holds, and how anybody proves it with the till's public key alone.

    {"hash":…,"head":{…},"receipt":{"location_id":…,"receipt_no":…,"till_id":…},"signature":…}

JSON, keys sorted, no spaces. The signature is of the head (`edge.journal.heads`); the head names
the sale's number and the hash of all that it is. Who has the event too can prove its every cent.

Only sales that count have a code. A head does not say what kind of event it ends: the code of a
return or a training sale, with another number written into it, would pass for the sale before.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from edge.journal.chain import BrokenChain, NotCanonical, link_of
from edge.journal.heads import Head, SignedHead
from topics.scalars import Hash, Identifier, Reference

PROOF_BYTES_MAX = 1_024
"""Of what is read. One has some 450; a QR code holds 2,953, and one that is scanned may be any."""


class WrongProof(ValueError):
    """A text that is no receipt's QR code."""


class NamedReceipt(msgspec.Struct, frozen=True):
    """Which receipt it says that it is; of a return by its ``return_id``."""

    location_id: Identifier
    till_id: Identifier
    receipt_no: Reference


class ReceiptProof(msgspec.Struct, frozen=True):
    """What a QR code says."""

    receipt: NamedReceipt
    hash: Hash
    head: Head
    signature: Reference

    def text(self) -> str:
        """As it stands in the code."""
        return orjson.dumps(msgspec.to_builtins(self), option=orjson.OPT_SORT_KEYS).decode()

    def holds(self, key: ec.EllipticCurvePublicKey) -> bool:
        """Whether the till with that key made a receipt of this hash and number."""
        is_signed = SignedHead(self.head, self.signature).holds(key)
        return is_signed and self.hash == self.head.hash and self._is_numbered()

    def _is_numbered(self) -> bool:
        """Whether the head bears out the number: one of a sale that was written again after its
        epoch had ended is borne out by the event alone, see `holds_of`."""
        own = f"{self.receipt.till_id}-{self.head.epoch}-{self.head.receipt_count}"
        return self.receipt.receipt_no == own

    def holds_of(self, key: ec.EllipticCurvePublicKey, event: Mapping[str, Any]) -> bool:
        """Whether the till with that key made this receipt of exactly this event."""
        number = event.get("return_id", event.get("receipt_no"))
        told = (event.get("location_id"), event.get("till_id"), number)
        if told != msgspec.structs.astuple(self.receipt):
            return False
        try:
            is_this = link_of(event).hash == self.hash == self.head.hash
        except (BrokenChain, NotCanonical):
            return False
        return is_this and SignedHead(self.head, self.signature).holds(key)


def read_proof(text: str) -> ReceiptProof:
    """What a scanned code says; raises `WrongProof`."""
    try:
        told = text.encode()
        if len(told) > PROOF_BYTES_MAX:
            raise WrongProof(f"a receipt's code has {PROOF_BYTES_MAX} bytes at most")
        return msgspec.json.decode(told, type=ReceiptProof)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise WrongProof(f"it is no receipt's code: {error}") from error
