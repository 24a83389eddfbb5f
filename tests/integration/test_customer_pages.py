"""Customers on the board: what is sealed stays so, consents change, and erasure is for good."""

import html
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from clients.postgres import PostgresAccess
from operations.errors import OperationError
from operations.people import customers
from operations.people.keeping import keeping
from tests.integration.access_world import Visitor, add_user, audit, signed_in, visitor

FIELDS = {"name": "Anna Zwirbelwind", "contact": "anna@marker.example", "card": "7777"}


@pytest.fixture
async def otto(fresh_postgres: str) -> AsyncIterator[Visitor]:
    """An operator at a board without Kafka."""
    async with signed_in(fresh_postgres, "otto", "operator") as browser:
        yield browser


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "key"


@pytest.fixture
def customer_id(fresh_postgres: str, key_file: Path) -> str:
    with keeping(PostgresAccess(fresh_postgres), key_file) as people:
        return customers.add(people, FIELDS, {"newsletter": True})


def base_of(page: str) -> str:
    """What the form was drawn from."""
    return html.unescape(re.findall(r'name="base" value="([^"]*)"', page)[0])


async def test_a_page_shows_consents_and_nothing_that_is_sealed(
    otto: Visitor, customer_id: str
) -> None:
    for path in ("/customers", f"/customers?q={customer_id[:6]}", f"/customers/{customer_id}"):
        text = html.unescape((await otto.get(path)).text)
        assert customer_id in text and "card, contact, name" in text
        for marker in FIELDS.values():
            assert marker not in text, f"{path} shows {marker}"
    assert "No id begins so" in (await otto.get("/customers?q=%25")).text


async def test_consents_are_changed_by_who_saw_them_as_they_are(
    otto: Visitor, customer_id: str, fresh_postgres: str
) -> None:
    path = f"/customers/{customer_id}"
    form = {"base": base_of((await otto.get(path)).text)}
    changed = await otto.send(path, {**form, "added": "receipts-by-mail"})
    assert "newsletter: no" in changed.text and "receipts-by-mail: yes" in changed.text
    late = await otto.send(path, {**form, "consent-newsletter": "yes"})
    assert (late.status, "changed this customer meanwhile" in late.text) == (409, True)
    odd = await otto.send(path, {"base": base_of((await otto.get(path)).text), "added": "A <b>"})
    assert odd.status == 422
    for nonsense in ("", "[]", "{", "[" * 9999, json.dumps({"x": 1})):
        assert (await otto.send(path, {"base": nonsense})).status in (400, 409)
    assert audit(fresh_postgres, "customers.change")[-1][0] == "otto"


async def test_an_operator_erases_a_customer_for_good(
    otto: Visitor, customer_id: str, fresh_postgres: str, key_file: Path
) -> None:
    path = f"/customers/{customer_id}"
    assert "Erase for good" not in (await otto.get(path)).text
    assert "Erase for good" in (await otto.get(f"{path}?erase=")).text
    refused = await otto.send(f"{path}/erase", {"typed": "c-somebody"})
    assert (refused.status, "Nothing was changed" in refused.text) == (422, True)
    for _ in range(2):
        gone = await otto.send(f"{path}/erase", {"typed": customer_id})
        assert "Erased at" in gone.text and "by otto" in gone.text
    with (
        pytest.raises(OperationError, match="was erased"),
        keeping(PostgresAccess(fresh_postgres), key_file) as people,
    ):
        customers.show(people, customer_id)
    assert [entry[0] for entry in audit(fresh_postgres, "customers.delete")] == ["otto"]
    assert (await otto.send("/customers/c-nobody/erase", {"typed": "c-nobody"})).status == 404


async def test_customers_are_for_operators(
    otto: Visitor, customer_id: str, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "maria", "merchandiser")
    async with visitor(otto.address) as maria:
        await maria.sign_in("maria")
        path = f"/customers/{customer_id}"
        assert [(await maria.get(each)).status for each in ("/customers", path)] == [403, 403]
        for to in (path, f"{path}/erase"):
            assert (await maria.send(to, {"base": "{}", "typed": customer_id})).status == 403
    assert audit(fresh_postgres, "customers.delete") == []
