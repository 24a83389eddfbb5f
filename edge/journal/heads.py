"""Signed heads: what a till vouches for, up to one of its events.

A head is ``{epoch, sequence, hash, receipt_count, grand_total_minor}``; the last two are running
sums over the epoch's completed sales, after the event ``sequence``. The device's key signs its
JSON (keys sorted, no spaces); the signature is r‖s in base64.

An epoch's sums begin at nothing, so that whoever has its events can work them out; what a till has
taken over all its epochs is the sum of their last heads. A training sale is in neither sum.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import msgspec
import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from edge.signing import keys
from topics.scalars import SAFE_INTEGER_MAX, Count, Epoch, Hash, Ordinal, Signed

HEADED = frozenset({"cart_completed", "goods_returned", "till_heartbeat"})
"""Types of events that end in a head of their own; beside them each batch does."""

_SignatureText = Annotated[str, msgspec.Meta(max_length=128)]
"""88 characters are one; a longer text need not be decoded to be refused."""


class WrongHead(ValueError):
    """A head or signature that cannot be read."""


class OutOfRange(ValueError):
    """A sale that would carry the grand total beyond what every reader keeps exact."""


class Head(msgspec.Struct, frozen=True, gc=False):
    """What a till vouches for up to the event ``sequence``, that one counted."""

    epoch: Epoch
    sequence: Ordinal
    hash: Hash
    receipt_count: Count
    grand_total_minor: Signed

    def signed_bytes(self) -> bytes:
        """What the signature is of."""
        return orjson.dumps(self.as_json(), option=orjson.OPT_SORT_KEYS)

    def as_json(self) -> dict[str, Any]:
        """As it is sent."""
        return msgspec.structs.asdict(self)


class SignedHead(NamedTuple):
    """A head, and its signature in base64."""

    head: Head
    signature: str

    def holds(self, key: ec.EllipticCurvePublicKey) -> bool:
        """Whether the device with that key signed this head."""
        try:
            signature = base64.b64decode(self.signature, validate=True)
        except (binascii.Error, ValueError):  # the latter where it is not ASCII
            return False
        return keys.holds(key, signature, self.head.signed_bytes())


def sign(key: ec.EllipticCurvePrivateKey, head: Head) -> SignedHead:
    """The head, signed by the device's key."""
    signature = keys.sign(key, head.signed_bytes())
    return SignedHead(head, base64.b64encode(signature).decode())


def read(head: Any, signature: Any) -> SignedHead:
    """A head and its signature as they came, in JSON's types; raises `WrongHead`."""
    try:
        return SignedHead(msgspec.convert(head, Head), msgspec.convert(signature, _SignatureText))
    except msgspec.ValidationError as error:
        raise WrongHead(f"the head cannot be read: {error}") from error


class Sums(NamedTuple):
    """How many sales an epoch has completed, and what they come to in minor units."""

    receipt_count: int = 0
    grand_total_minor: int = 0

    def after(self, event: Mapping[str, Any]) -> "Sums":
        """The sums once ``event`` has happened; raises `OutOfRange`."""
        if event["type"] != "cart_completed" or event.get("training"):
            return self
        total_minor = self.grand_total_minor + event["total_minor"]
        if abs(total_minor) > SAFE_INTEGER_MAX:
            raise OutOfRange(f"the epoch's grand total would pass {SAFE_INTEGER_MAX}")
        return Sums(self.receipt_count + 1, total_minor)
