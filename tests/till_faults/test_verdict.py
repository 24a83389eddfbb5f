"""The judge can fail: each thing that may go wrong with a sale is told as what it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.outside.findings import Findings

from .customers import DoneSale
from .verdict import TillVerdict, compare_receipts

SALE = DoneSale("e-1", "till-1-1", 300, {"milk": 2})
BACK = DoneSale("e-2", "till-1-1", -7, {"milk": -1}, is_return=True)


def receipt(**changed: Any) -> dict[str, Any]:
    """The sale as the centre has it."""
    lines = [{"sku": "milk", "quantity": 2}]
    told = {
        "event_id": "e-1",
        "receipt_no": "till-1-1",
        "cart_id": "c-1",
        "total_minor": 300,
        "lines": lines,
    }
    return told | changed


RETURNED = {
    "event_id": "e-2",
    "receipt_no": "till-1-1",
    "refund_minor": 7,
    "lines": [{"sku": "milk", "quantity": 1}],
}
DONE = {"e-1": SALE, "e-2": BACK}


def judged(
    *receipts: dict[str, Any], untold: set[str] | None = None, done: dict[str, DoneSale] = DONE
) -> dict[str, int]:
    """Lost, doubled and wrong, by the judge."""
    findings = Findings()
    compare_receipts(done, untold or set(), list(receipts), findings)
    return TillVerdict(findings).counts()


def test_what_agrees_is_right() -> None:
    assert judged(receipt(), RETURNED) == {"lost": 0, "doubled": 0, "wrong": 0}


def test_a_sale_that_is_nowhere_is_lost() -> None:
    assert judged(RETURNED)["lost"] == 1


def test_a_sale_that_is_there_twice_is_doubled() -> None:
    assert judged(receipt(), receipt(), RETURNED)["doubled"] == 1


@pytest.mark.parametrize(
    "changed", [{"total_minor": 299}, {"lines": [{"sku": "milk", "quantity": 3}]}]
)
def test_another_amount_or_other_goods_are_wrong(changed: dict[str, Any]) -> None:
    assert judged(receipt(**changed), RETURNED)["wrong"] == 1


def test_a_sale_of_nobody_is_wrong_unless_nobody_could_be_told() -> None:
    stray = receipt(event_id="e-9", cart_id="c-9", receipt_no="till-1-9")
    assert judged(receipt(), RETURNED, stray)["wrong"] == 1
    assert judged(receipt(), RETURNED, stray, untold={"c-9"})["wrong"] == 0
