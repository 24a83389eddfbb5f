"""Rows that hold at a time, name ids, or hold JSON: from a form, a topic and a table, alike."""

import json

import pytest

from dashboards.board.catalog.kinds import EMPLOYEES, OFFERS, PRICES, RULE_TABLES, Row
from dashboards.board.catalog.publications import TOPICS, Publications, read_change
from dashboards.board.catalog.reading import read, typed_of
from tests.unit.dashboards.test_catalog import NOW
from topics.access import static_rules

PRICE: Row = {
    "price_id": "p-1",
    "sku": "milk",
    "location_id": None,
    "currency": "EUR",
    "price_minor": 129,
    "valid_from": "2026-12-01T08:00:00Z",
    "valid_to": "2026-12-24T18:30:15.250000Z",
}

TABLE: Row = {
    "table_name": "discounts",
    "version": 2,
    "hit_policy": "unique",
    "columns": [{"name": "subtotal_minor", "part": "when", "type": "integer"}],
    "rows": [{"row": "off5", "cells": [">= 5000"]}],
    "tests": [{"test": "below", "given": {"subtotal_minor": 4999}, "expect": []}],
    "locations": ["ulm", "bern"],
    "valid_from": "2026-12-01T00:00:00Z",
}

EMPLOYEE: Row = {
    "employee_id": "e-1",
    "role": "cashier",
    "limits": {"refund_minor": 5000, "discount_percent": 10},
    "locations": ["ulm"],
    "active": True,
}


@pytest.mark.parametrize(
    ("kind", "row"),
    [(PRICES, PRICE), (RULE_TABLES, TABLE), (EMPLOYEES, EMPLOYEE)],
    ids=lambda each: getattr(each, "name", ""),
)
def test_what_a_form_shows_reads_as_the_row(kind, row: Row) -> None:
    assert read(kind, typed_of(kind, row)) == (row, {})


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026-12-01 08:00", "2026-12-01T08:00:00Z"),
        ("2026-12-01T09:00+01:00", "2026-12-01T08:00:00Z"),
        ("2026-12-01", "2026-12-01T00:00:00Z"),
        ("2026-12-01 08:00:00.5", "2026-12-01T08:00:00.500000Z"),
    ],
)
def test_a_moment_is_kept_in_utc_however_it_is_typed(typed: str, kept: str) -> None:
    row, wrong = read(PRICES, typed_of(PRICES, PRICE) | {"valid_from": typed})
    assert (row["valid_from"], wrong) == (kept, {})


@pytest.mark.parametrize("typed", ["soon", "2026-02-30", "0001-01-01T00:00+14:00", "9" * 30])
def test_what_is_no_moment_is_said_so(typed: str) -> None:
    _, wrong = read(PRICES, typed_of(PRICES, PRICE) | {"valid_from": typed})
    assert "as 2026-12-01 08:00" in wrong["valid_from"]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"valid_to": "2026-11-01"}, "end before it begins"),
        ({"category": "dairy"}, "a product or of a category"),
        ({"price_minor": "99"}, "a percentage or gives a price"),
        ({"percent": "101"}, "less than or equal to 100"),
    ],
)
def test_an_offer_that_cannot_be_is_explained(changed: dict[str, str], told: str) -> None:
    typed = {
        "offer_id": "o", "location_id": "ulm", "sku": "milk", "percent": "5",
        "valid_from": "2026-12-01", "valid_to": "2026-12-02",
    }  # fmt: skip
    assert read(OFFERS, typed)[1] == {}
    _, wrong = read(OFFERS, typed | changed)
    assert told in " ".join(wrong.values())


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("limits", "refund_minor 5.5", "a whole number"),
        ("limits", "refund_minor 5\nrefund_minor 6", "once"),
        ("limits", "5000", "a name"),
        ("locations", "ulm b/c", "1 to 64 of"),
        ("role", "Head of all", "pattern"),
    ],
)
def test_what_an_employee_cannot_have_is_said_beside_its_field(
    field: str, text: str, told: str
) -> None:
    _, wrong = read(EMPLOYEES, typed_of(EMPLOYEES, EMPLOYEE) | {field: text})
    assert told in wrong[field]


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("rows", "[", "not JSON"),
        ("rows", "[" * 100_000, "not JSON"),
        ("rows", '[{"row": "a", "cells": [1.5]}]', "no whole number"),
        ("rows", '[{"row": "a", "cells": [NaN]}]', "no whole number"),
        ("rows", '[{"row": "a", "cells": [5]}]', "1 cells 1"),
        ("columns", "[]", "at least 1"),
        ("rows", '[{"row": "a", "cells": []}]', "a cell for each"),
    ],
)
def test_a_table_that_is_not_whole_is_explained_by_row(field: str, text: str, told: str) -> None:
    _, wrong = read(RULE_TABLES, typed_of(RULE_TABLES, TABLE) | {field: text})
    assert told in " ".join(wrong.values())


def test_a_saved_row_is_known_again_as_its_topic_writes_it() -> None:
    known = Publications()
    for kind, row in ((PRICES, PRICE), (RULE_TABLES, TABLE)):
        key, topic = kind.key_of(row), kind.topic or ""
        known.expect(kind, key, row, "maria", NOW)
        told = kind.published(row) | {"valid_from": row["valid_from"].replace("Z", ".000000Z")}
        change = read_change(topic, b"any", json.dumps(told | {"__deleted": "false"}).encode())
        assert change is not None
        known.heard(change, NOW)
        last = known.get(kind.name, key)
        assert last is not None and last.state == "published", f"{key} is never published"


def test_the_tombstone_of_a_key_with_many_rows_says_nothing() -> None:
    assert read_change("cdc.prices", b"milk", None) is None


def test_what_an_older_message_does_not_have_is_empty() -> None:
    change = read_change("cdc.products", b"milk", b'{"sku": "milk", "name": "Milk"}')
    assert change is not None and change.row is not None
    assert (change.row["name"], change.row["style"]) == ("Milk", None)


def test_the_board_may_read_what_tells_it_of_a_publication_and_no_topic_of_people() -> None:
    readable = {
        rule.name
        for rule in static_rules()
        if (rule.service, rule.resource, rule.operation) == ("board", "topic", "read")
    }
    assert TOPICS.keys() <= readable, "a page would say 'being published' for ever"
    assert not {"cdc.employees", "cdc.customers"} & readable, "they carry hashes"
