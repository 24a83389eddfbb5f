"""Prices, offers, recalls, rule tables and employees on their pages, and files of rows."""

import html
import json
from collections.abc import AsyncIterator
from typing import LiteralString

import psycopg
import pytest
from aiohttp import FormData

from connectors.postgres.access import BOARD
from tests.integration.access_world import Answer, Visitor, audit, signed_in
from tests.integration.board_world import catalogue, execute, register
from tests.integration.test_manage import add, open_row
from tests.integration.test_manage import maria as maria

PRICE = {
    "sku": "milk",
    "currency": "EUR",
    "price_minor": "0.99",
    "valid_from": "2026-12-01 08:00",
    "valid_to": "2026-12-24",
}
OFFER = {
    "location_id": "ulm",
    "sku": "milk",
    "percent": "10",
    "valid_from": "2026-12-01",
    "valid_to": "2026-12-02",
}
TABLE = {
    "table_name": "discounts",
    "version": "1",
    "hit_policy": "unique",
    "columns": '[{"name": "subtotal_minor", "part": "when", "type": "integer"}]',
    "rows": '[{"row": "off5", "cells": [">= 5000"]}]',
    "tests": "[]",
    "valid_from": "2026-11-01",
}


@pytest.fixture
def known(fresh_postgres: str) -> str:
    """A database with a product and a location."""
    catalogue(fresh_postgres, "milk", "Whole milk 1 l")
    register(fresh_postgres, "ulm", "Ulm", time_zone="UTC", region=None)
    return fresh_postgres


@pytest.fixture
async def otto(fresh_postgres: str) -> AsyncIterator[Visitor]:
    """An operator at a board without Kafka."""
    async with signed_in(fresh_postgres, "otto", "operator") as browser:
        yield browser


async def upload(browser: Visitor, kind: str, text: str | bytes) -> Answer:
    """Give a file to the form of a kind."""
    await browser.get(f"/manage/import/{kind}")
    data = FormData()
    data.add_field("csrf", browser.csrf)
    data.add_field("file", text, filename=f"{kind}.csv", content_type="text/csv")
    return await browser.post(f"/manage/import/{kind}", data)


async def test_a_price_is_made_for_a_time_and_a_place_and_changed(
    maria: Visitor, known: str
) -> None:
    wrong = await add(maria, "prices", **{**PRICE, "location_id": "bern"})
    assert (wrong.status, "no location has this id" in wrong.text) == (422, True)
    made = await add(maria, "prices", **{**PRICE, "location_id": "ulm"})
    assert made.status == 200 and made.path.startswith("/manage/prices/")
    assert "Saved by maria, being published" in made.text
    again = await add(maria, "prices", **{**PRICE, "location_id": "ulm"})
    assert (again.status, "there is one already" in again.text) == (409, True)
    form = await open_row(maria, made.path)
    changed = await maria.send(made.path, {**PRICE, **form, "price_minor": "0.89"})
    assert "Price: €0.99 → €0.89" in changed.text
    assert "Location: Ulm" not in changed.text
    listed = await maria.get("/manage/prices?q=whole")
    assert "Whole milk 1 l" in listed.text and "Everywhere" not in listed.text


async def test_an_offer_beyond_the_centres_limit_is_refused_until_the_limit_is_another(
    maria: Visitor, otto: Visitor, known: str
) -> None:
    assert (await add(maria, "offers", **OFFER)).status == 200
    wide = await add(maria, "offers", **{**OFFER, "percent": "60"})
    assert (wide.status, "50 percent at the most, and not 60" in wide.text) == (422, True)
    path = "/manage/limits/offer_percent_max"
    refused = await maria.send(path, {"amount": "90", **await open_row(maria, path)})
    assert (refused.status, "needs the role operator" in refused.text) == (403, True)
    await otto.send(path, {"amount": "60", **await open_row(otto, path)})
    assert (await add(maria, "offers", **{**OFFER, "percent": "60"})).status == 200
    assert (await maria.get("/manage/add/limits")).status == 404
    assert audit(known, "business_limits.change")[-1][0] == "otto"


async def test_a_rule_table_is_followed_by_its_next_version_and_never_changed(
    maria: Visitor, known: str
) -> None:
    wrong = await add(maria, "rule_tables", **{**TABLE, "rows": '[{"row": "a", "cells": []}]'})
    assert (wrong.status, "a cell for each" in wrong.text) == (422, True)
    made = await add(maria, "rule_tables", **TABLE)
    assert made.path == "/manage/rule_tables/discounts/1"
    next_one = await maria.get("/manage/add/rule_tables?like=discounts/1")
    assert 'name="version" aria' in next_one.text and 'value="2"' in next_one.text
    assert "off5" in next_one.text, "what the version before had must be typed again"
    form = await open_row(maria, made.path)
    assert (await maria.send(made.path, {**TABLE, **form})).status == 404
    gone = await maria.send("/manage/delete/rule_tables/discounts/1", form)
    assert (gone.status, "stays as it is" in gone.text) == (409, True)


async def test_a_recall_is_listed_with_what_it_is_of(maria: Visitor, known: str) -> None:
    recall = {"sku": "milk", "lot": "L-7", "reason": "glass", "valid_from": "2026-11-21"}
    assert (await add(maria, "recalls", **recall)).status == 200
    text = (await maria.get("/manage/recalls?q=L-7")).text
    assert "Whole milk 1 l" in text and "glass" in text


# --- files


async def test_a_file_that_was_exported_comes_back_and_changes_what_it_says(
    maria: Visitor, known: str
) -> None:
    await add(maria, "prices", **PRICE)
    for kind in ("products", "locations", "prices"):
        file = (await maria.get(f"/manage/export/{kind}")).text
        same = await upload(maria, kind, file)
        assert "0 created, 0 changed, 1 as they were" in same.text, kind
    file = (await maria.get("/manage/export/products")).text
    header, row = file.splitlines()
    other = row.replace("milk,", "tea,").replace("Whole milk 1 l", "Tea")
    changed = row.replace("Whole milk 1 l", "Oat milk")
    done = await upload(maria, "products", f"{header}\r\n{changed}\r\n{other}\r\n")
    assert "1 created, 1 changed, 0 as they were" in done.text
    assert "Saved by maria, being published" in (await maria.get("/manage/products/tea")).text
    log = audit(known, "products.change")
    assert (log[-1][0], log[-1][4]["name"]) == ("maria", "Oat milk")


async def test_a_file_with_one_mistake_changes_nothing_and_names_all_mistakes(
    maria: Visitor, known: str
) -> None:
    header, row = (await maria.get("/manage/export/products")).text.splitlines()
    new, wrong = row.replace("milk,", "tea,", 1), row.replace(",each,", ",litre,")
    told = await upload(maria, "products", f"{header}\n{new}\n{wrong}\n")
    assert (told.status, "row 3, unit: choose one" in told.text) == (422, True)
    assert (await maria.get("/manage/products/tea")).status == 404
    prices = (await maria.get("/manage/export/prices")).text
    line = ",rum,ulm,EUR,99,2026-12-01,\n"
    told = await upload(maria, "prices", f"{prices}{line}")
    assert "sku: there is no rum" in told.text
    for odd in (b"\xff\xfe", b"", b"\0", b"sku\n" * 3):
        assert (await upload(maria, "products", odd)).status == 422
    assert (await upload(maria, "products", b"x" * 2_000_000)).status == 413


async def test_prices_of_a_file_that_clash_are_refused_together(maria: Visitor, known: str) -> None:
    header = (await maria.get("/manage/export/prices")).text
    line = ",milk,,EUR,99,2026-12-01,\r\n"
    told = await upload(maria, "prices", header + line * 2)
    assert (told.status, "The database refuses it" in told.text) == (422, True)
    assert "There is none yet" in (await maria.get("/manage/prices")).text
    assert "1 created" in (await upload(maria, "prices", header + line)).text


async def test_a_long_list_is_exported_whole_and_no_spreadsheet_runs_it(
    maria: Visitor, fresh_postgres: str
) -> None:
    execute(
        fresh_postgres,
        "INSERT INTO products (sku, name, category, price_minor) "
        "SELECT 'sku-' || n, '=' || n, '', n FROM generate_series(1, 1201) AS n",
    )
    text = (await maria.get("/manage/export/products")).text
    assert len(text.splitlines()) == 1202
    assert ",'=1201," in text and ",=" not in text


# --- employees


@pytest.fixture
def employed(fresh_postgres: str) -> str:
    """A database with an employee, whose hashes are some."""
    scrypt = "scrypt$16384$8$1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNo"
    with psycopg.connect(fresh_postgres) as conn:
        conn.execute(
            "INSERT INTO employees (employee_id, card_hash, pin_hash, role, limits, locations) "
            "VALUES ('e-1', %s, %s, 'cashier', %s, '{ulm}')",
            ("ab" * 32, scrypt, json.dumps({"refund_minor": 5000})),
        )
    return fresh_postgres


async def test_an_employees_duties_are_changed_and_no_hash_is_ever_shown(
    otto: Visitor, employed: str
) -> None:
    path = "/manage/employees/e-1"
    form = await open_row(otto, path)
    typed = {"role": "supervisor", "limits": "refund_minor 9000\ndiscount_percent 20"}
    changed = await otto.send(path, {**typed, **form, "locations": "ulm bern", "active": "yes"})
    assert changed.status == 200
    assert "Limits: refund_minor 5,000 → refund_minor 9,000, discount_percent 20" in changed.text
    for page in (path, "/manage/employees", "/manage/export/employees", "/audit"):
        text = html.unescape((await otto.get(page)).text)
        assert "scrypt" not in text and "abab" not in text, f"{page} shows a hash"
    for absent in ("/manage/add/employees", "/manage/import/employees"):
        assert (await otto.get(absent)).status == 404, "a card would be typed on a page"
    with psycopg.connect(employed) as conn:
        row = conn.execute("SELECT role, locations, active FROM employees").fetchone()
    assert row == ("supervisor", ["ulm", "bern"], True)


async def test_only_operators_see_employees(maria: Visitor, employed: str) -> None:
    for path in ("/manage/employees", "/manage/employees/e-1", "/manage/export/employees"):
        refused = await maria.get(path)
        assert (refused.status, "needs the role operator" in refused.text) == (403, True)
    assert "/manage/employees" not in (await maria.get("/manage/products")).text


@pytest.mark.parametrize(
    "order",
    [
        "SELECT pin_hash FROM employees",
        "SELECT card_hash FROM customers",
        "SELECT sealed FROM customers",
        "UPDATE employees SET pin_hash = pin_hash",
        "INSERT INTO employees_shown (employee_id, role) VALUES ('e-2', 'manager')",
        "DELETE FROM employees_shown",
        "DELETE FROM customers_shown",
        "SELECT wrapped FROM customer_keys",
        "INSERT INTO customer_erasures (customer_id, erased_by, fields) VALUES ('c', 'x', '{}')",
    ],
)
def test_a_taken_board_learns_no_hash_and_lets_nobody_in(
    postgres: str, order: LiteralString
) -> None:
    with (
        psycopg.connect(postgres, user=BOARD) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute(order)
