"""From what is typed to a row and back; two editors of one row; what came back on the topic."""

import json
from datetime import UTC, datetime

import pytest

from dashboards.board.catalog.kinds import ASSORTMENT, KINDS, LOCATIONS, PRODUCTS, Kind, Row
from dashboards.board.catalog.merging import merge
from dashboards.board.catalog.publications import Publications, read_change
from dashboards.board.catalog.reading import read, typed_of
from topics.decoder import Refused

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)

MILK: Row = {
    "sku": "milk",
    "name": "Whole milk 1 l",
    "category": "",
    "gtin": None,
    "unit": "each",
    "currency": "EUR",
    "price_minor": 129,
    "tax_basis_points": 1_950,
    "style": None,
    "colour": None,
    "size": None,
    "image": None,
    "replaces_sku": None,
    "supplier": "Molkerei Süd",
    "pack_size": 12,
    "cost_minor": 99,
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_form_has_the_fields_of_the_contract(kind: Kind) -> None:
    # Debezium's own marks begin with two underscores.
    fields = {
        name
        for name, info in kind.model.model_fields.items()
        if not (info.alias or "").startswith("__")
    }
    assert set(kind.columns()) == fields, "a field that nobody can fill in, or that nobody reads"


@pytest.mark.parametrize(
    ("currency", "price_minor", "text"),
    [("EUR", 129, "1.29"), ("JPY", 129, "129"), ("KWD", 1_290, "1.290"), ("EUR", 0, "0.00")],
)
def test_money_is_typed_in_the_currencys_own_units_and_kept_exactly(
    currency: str, price_minor: int, text: str
) -> None:
    row = {**MILK, "currency": currency, "price_minor": price_minor}
    typed = typed_of(PRODUCTS, row)
    assert typed["price_minor"] == text
    assert read(PRODUCTS, typed) == (row, {})


def test_what_was_typed_reads_as_the_row_and_spaces_around_it_do_not_count() -> None:
    typed = {name: f" {text} " for name, text in typed_of(PRODUCTS, MILK).items()}
    assert read(PRODUCTS, typed) == (MILK, {})
    policy = {
        "location_id": "ulm",
        "sku": "milk",
        "listed": False,
        "reorder_point": 5,
        "order_up_to": 20,
        "hysteresis": None,
    }
    assert read(ASSORTMENT, typed_of(ASSORTMENT, policy)) == (policy, {})


def test_every_field_that_is_wrong_is_named_at_once() -> None:
    _, wrong = read(LOCATIONS, {"location_id": "a/b", "kind": "kiosk", "time_zone": "Mars"})
    assert wrong.keys() == {"location_id", "name", "kind", "time_zone"}


def test_two_edits_of_different_fields_both_hold() -> None:
    theirs = {**MILK, "price_minor": 149, "category": "dairy"}
    mine = {**MILK, "name": "Milk", "price_minor": 99}
    both = merge(PRODUCTS, MILK, theirs, mine)
    assert both.row == {**MILK, "name": "Milk", "price_minor": 99, "category": "dairy"}
    assert both.clashes == {"price_minor"}
    assert [each.name for each in both.theirs] == ["category", "price_minor"]


def test_the_same_edit_twice_is_no_clash() -> None:
    same = {**MILK, "price_minor": 149}
    assert merge(PRODUCTS, MILK, same, same).clashes == frozenset()


def told(kind: Kind, row: Row, **more: object) -> tuple[str, bytes, bytes]:
    """A row as its topic brings it."""
    return kind.topic or "", kind.key_of(row).encode(), json.dumps({**row, **more}).encode()


def test_a_change_is_published_once_its_own_state_came_back() -> None:
    known, newer = Publications(), {**MILK, "price_minor": 149}
    known.expect(PRODUCTS, "milk", newer, "maria", NOW)
    for row, state in ((MILK, "saved"), (newer, "published")):
        change = read_change(*told(PRODUCTS, row))
        assert change is not None
        known.heard(change, NOW)
        last = known.get("products", "milk")
        assert last is not None and last.state == state, f"{state} is not said"
        assert last.saved_by == "maria"


def test_a_deletion_comes_back_as_a_tombstone_or_as_a_mark() -> None:
    policy: Row = {
        "location_id": "ulm", "sku": "milk", "listed": True, "reorder_point": 5,
        "order_up_to": 20, "hysteresis": None,
    }  # fmt: skip
    known = Publications()
    known.expect(PRODUCTS, "milk", None, "maria", NOW)
    known.expect(ASSORTMENT, "ulm/milk", None, "maria", NOW)
    for change in (
        read_change("cdc.products", b"milk", None),
        read_change(*told(ASSORTMENT, policy, __deleted="true")),
    ):
        assert change is not None
        known.heard(change, NOW)
        last = known.get(change.kind.name, change.key)
        assert last is not None and last.state == "published"


def test_what_was_not_saved_is_not_awaited() -> None:
    known = Publications()
    known.expect(PRODUCTS, "milk", MILK, "maria", NOW)
    before = known.get("products", "milk")
    known.expect(PRODUCTS, "milk", None, "paul", NOW)
    known.put_back(PRODUCTS, "milk", before)
    assert known.get("products", "milk") == before


@pytest.mark.parametrize("value", [b"no json", b"[]", b"3", b"\xff", b"[" * 100_000])
def test_a_message_that_says_nothing_is_malformed(value: bytes) -> None:
    with pytest.raises(Refused):
        read_change("cdc.products", b"milk", value)


def test_a_tombstone_of_a_row_with_two_keys_says_nothing() -> None:
    assert read_change("cdc.assortment", b"ulm", None) is None
