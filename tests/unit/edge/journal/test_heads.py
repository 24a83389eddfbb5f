"""A head is signed as the contract says, and no other holds."""

import base64
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from edge.journal import heads
from edge.journal.heads import Head, OutOfRange, SignedHead, Sums, WrongHead
from topics.scalars import SAFE_INTEGER_MAX

KEY = ec.generate_private_key(ec.SECP256R1())
HEAD = Head(3, 41, "ab" * 32, 7, -12_345)
TOLD: dict[str, Any] = {
    "epoch": 3,
    "sequence": 41,
    "hash": "ab" * 32,
    "receipt_count": 7,
    "grand_total_minor": -12_345,
}


def by_the_contract(told: dict[str, Any], signature: str) -> None:
    """Raises `InvalidSignature` unless somebody else's code takes the signature for the head's."""
    raw = base64.b64decode(signature)
    first, second = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    signed = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    key = KEY.public_key()
    key.verify(encode_dss_signature(first, second), signed, ec.ECDSA(hashes.SHA256()))


def test_the_signature_is_of_the_sorted_json() -> None:
    signed = heads.sign(KEY, HEAD)
    by_the_contract(TOLD, signed.signature)
    assert signed.holds(KEY.public_key())
    with pytest.raises(InvalidSignature):
        by_the_contract(TOLD | {"receipt_count": 8}, signed.signature)


def test_a_head_comes_back_as_it_was_sent() -> None:
    signed = heads.sign(KEY, HEAD)
    assert signed.head.as_json() == TOLD
    assert heads.read(json.loads(json.dumps(TOLD)), signed.signature) == signed


@pytest.mark.parametrize("name", TOLD)
def test_whatever_is_changed_in_a_head_breaks_it(name: str) -> None:
    other = "cd" * 32 if name == "hash" else TOLD[name] + 1
    changed = heads.read(TOLD | {name: other}, heads.sign(KEY, HEAD).signature)
    assert not changed.holds(KEY.public_key())


@pytest.mark.parametrize("signature", ["", "AAAA", "no base64!", "é", "A" * 88])
def test_a_text_that_is_no_signature_does_not_hold(signature: str) -> None:
    assert not SignedHead(HEAD, signature).holds(KEY.public_key())


def test_another_devices_key_does_not_hold() -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    assert not heads.sign(other, HEAD).holds(KEY.public_key())


@pytest.mark.parametrize(
    ("head", "signature"),
    [
        (None, "AAAA"),
        (TOLD | {"epoch": 0}, "AAAA"),
        (TOLD | {"sequence": 1.0}, "AAAA"),
        (TOLD | {"hash": "ab"}, "AAAA"),
        (TOLD | {"receipt_count": -1}, "AAAA"),
        (TOLD | {"grand_total_minor": 2**53}, "AAAA"),
        ({name: TOLD[name] for name in TOLD if name != "hash"}, "AAAA"),
        (TOLD, None),
        (TOLD, "A" * 1_000),
    ],
)
def test_what_is_no_head_is_refused(head: Any, signature: Any) -> None:
    with pytest.raises(WrongHead):
        heads.read(head, signature)


def test_the_sums_are_of_completed_sales_alone() -> None:
    sums = Sums()
    for event in (
        {"type": "cart_opened"},
        {"type": "cart_completed", "total_minor": 500},
        {"type": "goods_returned", "refund_minor": 100},
        {"type": "cart_completed", "total_minor": 900, "training": True},
        {"type": "cart_completed", "total_minor": -20, "training": False},
        {"type": "till_heartbeat"},
    ):
        sums = sums.after(event)
    assert sums == Sums(receipt_count=2, grand_total_minor=480)


def test_no_sale_carries_the_total_beyond_what_is_exact() -> None:
    brim = Sums(1, SAFE_INTEGER_MAX - 1)
    assert brim.after({"type": "cart_completed", "total_minor": 1}).grand_total_minor
    with pytest.raises(OutOfRange):
        brim.after({"type": "cart_completed", "total_minor": 2})
