"""What a till is told of a customer: by whom, and nothing that names them."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edge.gateway.customers import known
from tests.unit.edge.gateway.catalog.catalog_doors import CatalogDoor, catalog_door, of
from tests.unit.edge.gateway.employees.test_authorize import employee
from tests.unit.edge.gateway.receipts.test_receipt_calls import asked

CARD = "ab" * 32


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[CatalogDoor]:
    async with catalog_door(tmp_path) as opened:
        await opened.desk.take(of(employee()))
        yield opened


def hear(door: CatalogDoor, customer_id: str, **fields: Any) -> None:
    row = {
        "customer_id": customer_id, "card_hash": CARD, "sealed": '{"name": "AbcSealed"}',
        "consents": '{"mail": true}',
    } | fields  # fmt: skip
    door.customers.hear(customer_id, json.dumps(row).encode())


async def test_a_customer_is_known_by_id_and_by_card_and_told_by_no_name(door: CatalogDoor) -> None:
    hear(door, "c-1")
    for name in ("c-1", CARD, CARD.upper()):
        assert await asked(door, f"customers/{name}") == (
            200, {"customer_id": "c-1", "consents": {"mail": True}},
        )  # fmt: skip
    assert (await door.request("GET", "/v1/customers/c-1")).status == 403
    status, told = await asked(door, "customers/c-2")
    assert (status, told["code"]) == (404, 200)


async def test_who_was_erased_or_has_another_card_is_found_no_more(door: CatalogDoor) -> None:
    hear(door, "c-1")
    hear(door, "c-1", card_hash="cd" * 32, consents="{}")
    assert (await asked(door, f"customers/{CARD}"))[0] == 404
    hear(door, "c-2", card_hash="cd" * 32)
    hear(door, "c-1", card_hash=None)
    assert (await asked(door, f"customers/{'cd' * 32}"))[1]["customer_id"] == "c-2"
    door.customers.hear("c-2", None)
    door.customers.hear("nobody", None)
    for name in ("c-2", "cd" * 32):
        assert (await asked(door, f"customers/{name}"))[0] == 404


async def test_a_row_that_nobody_can_read_changes_nothing(
    door: CatalogDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    hear(door, "c-1")
    for value in (b"{", b"{}", b'{"customer_id":"c-1","consents":"{"}', b"\xff"):
        with pytest.raises(ValueError):
            door.customers.hear("c-1", value)
    monkeypatch.setattr(known, "CUSTOMERS_MAX", 1)
    hear(door, "c-9", card_hash=None)
    hear(door, "c-1", consents="{}")
    assert (await asked(door, "customers/c-1"))[1]["consents"] == {}
    assert (await asked(door, "customers/c-9"))[0] == 404, "there is no end to customers"
