"""A sale makes its customer one of that location."""

import json
from datetime import date
from typing import Any

import msgspec
import pytest

from connectors.feeds.customers import to_note
from topics.store_customers import NOTED_AGAIN_DAYS


def receipt(**more: Any) -> bytes:
    told = {"location_id": "shop-1", "business_date": "2026-11-30", "customer_id": "c-1"}
    return json.dumps(told | more).encode()


def never(location_id: str, customer_id: str) -> date | None:
    return None


def test_a_sale_that_names_a_customer_is_noted() -> None:
    note = to_note(receipt(), never)
    assert note is not None
    assert (note.location_id, note.customer_id) == ("shop-1", "c-1")
    assert note.last_bought == date(2026, 11, 30)


@pytest.mark.parametrize("value", [None, receipt(customer_id=None), b'{"type":"goods_returned"}'])
def test_one_that_names_nobody_is_not(value: bytes | None) -> None:
    assert to_note(value, never) is None


@pytest.mark.parametrize("days", [0, NOTED_AGAIN_DAYS - 1, NOTED_AGAIN_DAYS, -400])
def test_who_comes_often_is_noted_once_a_month(days: int) -> None:
    last = date.fromordinal(date(2026, 11, 30).toordinal() - days)
    note = to_note(receipt(), lambda _, __: last)
    assert (note is not None) == (days >= NOTED_AGAIN_DAYS), "a late sale takes nobody back"


def test_what_is_no_receipt_is_refused() -> None:
    with pytest.raises(msgspec.MsgspecError):
        to_note(b'{"customer_id":"c-1"', never)
