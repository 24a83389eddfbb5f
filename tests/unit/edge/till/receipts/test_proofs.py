"""A receipt's code proves it offline, by the till's public key and nothing else."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from edge.till.receipts.layout import receipt_of, return_of
from edge.till.receipts.proofs import ReceiptProof, WrongProof, read_proof
from edge.till.receipts.sales import UnprintableReceipt, proven_return, proven_sale
from tests.unit.edge.journal.tills import KEY, opened, sale
from tests.unit.edge.till.receipts.sales import terms, told_of, told_of_return

PUBLIC = KEY.public_key()


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    return told_of(tmp_path)


@pytest.fixture
def text(told: dict[str, Any]) -> str:
    return proven_sale(told).proof.text()


def changed(text: str, **fields: Any) -> ReceiptProof:
    """The code with members changed, a dict's within it."""
    held = orjson.loads(text)
    for name, value in fields.items():
        held[name] = held[name] | value if isinstance(value, dict) else value
    return read_proof(orjson.dumps(held).decode())


def test_the_code_says_what_is_promised(text: str) -> None:
    told = orjson.loads(text)
    assert sorted(told) == ["hash", "head", "receipt", "signature"]
    assert told["receipt"]["receipt_no"] == "till-3-1-1"
    assert len(text) < 512, "a code that grows beyond cannot be read from 80 mm of paper"


def test_the_public_key_alone_proves_it(text: str) -> None:
    assert read_proof(text).holds(PUBLIC)


def test_another_till_proves_nothing(text: str) -> None:
    assert not read_proof(text).holds(ec.generate_private_key(ec.SECP256R1()).public_key())


@pytest.mark.parametrize(
    "fields",
    [
        {"hash": "0" * 64},
        {"head": {"hash": "0" * 64}},
        {"hash": "0" * 64, "head": {"hash": "0" * 64}},
        {"head": {"grand_total_minor": 9_999}},
        {"head": {"sequence": 7}},
        {"receipt": {"receipt_no": "till-3-1-2"}},
        {"receipt": {"till_id": "till-4"}},
        {"signature": "A" * 88},
        {"signature": "é"},
    ],
)
def test_whatever_is_changed_no_longer_holds(text: str, fields: dict[str, Any]) -> None:
    assert not changed(text, **fields).holds(PUBLIC)


def test_the_event_is_proven_to_the_cent(told: dict[str, Any], text: str) -> None:
    proof, event = read_proof(text), told["event"]
    assert proof.holds_of(PUBLIC, event)
    assert not proof.holds_of(PUBLIC, event | {"total_minor": 1})
    assert not proof.holds_of(PUBLIC, event | {"receipt_no": "till-3-1-2"})
    assert not proof.holds_of(PUBLIC, event | {"chain": None})
    assert not proof.holds_of(PUBLIC, event | {"total_minor": 7.12})


def test_no_head_of_another_kind_passes_for_the_sale_before(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal.append([sale()])
    journal.close()
    trained = proven_sale(told_of(tmp_path, training=True))
    back = proven_return(told_of_return(tmp_path))
    for proof in (trained.proof, back.proof):
        assert not proof.holds(PUBLIC), "its own number is none of a sale"
    assert receipt_of(trained, terms()).qr == return_of(back, "EUR", terms()).qr == "", (
        "its head counts to the sale before: with that number in it, its code would hold"
    )


def test_a_return_is_proven_with_its_event(tmp_path: Path) -> None:
    told = told_of_return(tmp_path)
    proof = proven_return(told).proof
    assert proof.holds_of(PUBLIC, told["event"])
    assert not proof.holds_of(PUBLIC, told["event"] | {"refund_minor": 1})


@pytest.mark.parametrize("text", ["", "{}", "[]", "é\ud800", "x" * 3_000, "[" * 500])
def test_what_is_no_receipts_code_is_said_so(text: str) -> None:
    with pytest.raises(WrongProof):
        read_proof(text)


@given(st.text(max_size=200))
def test_no_scanned_text_breaks_it(text: str) -> None:
    with suppress(WrongProof):
        assert not read_proof(text).holds(PUBLIC)


def test_what_the_disk_has_changed_is_not_printed(told: dict[str, Any]) -> None:
    with pytest.raises(UnprintableReceipt, match="hash"):
        proven_sale(told | {"event": told["event"] | {"total_minor": 1}})


def test_the_head_of_another_sale_is_not_printed(told: dict[str, Any]) -> None:
    with pytest.raises(UnprintableReceipt, match="not that of this receipt"):
        proven_sale(told | {"head": told["head"] | {"sequence": 9}})


@pytest.mark.parametrize("missing", ["event", "head", "signature"])
def test_without_a_signed_head_nothing_is_printed(told: dict[str, Any], missing: str) -> None:
    del told[missing]
    with pytest.raises(UnprintableReceipt, match=missing):
        proven_sale(told)


def test_what_is_no_sale_has_no_receipt(told: dict[str, Any]) -> None:
    with pytest.raises(UnprintableReceipt):
        proven_sale(told | {"event": told["event"] | {"type": "till_heartbeat"}})


def test_the_code_is_written_in_one_way(text: str) -> None:
    assert read_proof(text).text() == text
    assert msgspec.json.decode(text) == orjson.loads(text)
