"""Rows as a file, and back: nothing is lost on the way, and what is wrong is named by its row."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.board.catalog.files import ROWS_MAX, WrongFile, header, lines, rows_of
from dashboards.board.catalog.kinds import KINDS, PRICES, PRODUCTS, RULE_TABLES, Kind, Row
from dashboards.board.wording.spreadsheets import FORMULA_STARTS, guarded, unguarded
from tests.unit.dashboards.test_catalog import MILK
from tests.unit.dashboards.test_what_is_kept import PRICE, TABLE


def brought(kind: Kind, *rows: Row, made: Row | None = None) -> list[Row]:
    """What comes back of rows that were exported."""
    return rows_of(kind, (header(kind) + lines(kind, rows)).decode(), made or {})


def line(kind: Kind, row: Row, **changed: str) -> str:
    """A file of one row, some of whose cells are others."""
    cells = {**dict.fromkeys(kind.columns(), ""), **changed}
    return ",".join(kind.columns()) + "\n" + ",".join(cells.values()) + "\n"


@pytest.mark.parametrize(("kind", "row"), [(PRODUCTS, MILK), (PRICES, PRICE), (RULE_TABLES, TABLE)])
def test_what_was_exported_is_the_same_when_it_is_imported(kind: Kind, row: Row) -> None:
    assert brought(kind, row) == [row]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
def test_any_name_comes_back_as_it_was(name: str) -> None:
    row = {**MILK, "name": name[:1024]}
    assert brought(PRODUCTS, row) == [row]


@given(st.text(), st.sampled_from(["", *FORMULA_STARTS]))
def test_no_spreadsheet_runs_a_text_and_nothing_of_it_is_lost(text: str, start: str) -> None:
    assert not guarded(start + text).startswith(FORMULA_STARTS)
    assert unguarded(guarded(start + text)) == start + text


def test_a_row_without_an_id_that_nobody_types_is_given_one() -> None:
    rows: list[Row] = [{**PRICE, "price_id": None}, {**PRICE, "price_id": None, "sku": "tea"}]
    (first, second) = brought(PRICES, *rows, made={"price_id": "made"})
    assert first["price_id"] != second["price_id"]
    assert first["price_id"].startswith("made")


def test_the_columns_may_stand_in_any_order_and_a_spreadsheets_mark_is_passed_over() -> None:
    names = PRODUCTS.columns()
    cells = dict(zip(names, lines(PRODUCTS, [MILK]).decode().strip().split(","), strict=True))
    turned = ["\N{BYTE ORDER MARK}" + ",".join(reversed(names))]
    turned.append(",".join(cells[name] for name in reversed(names)))
    assert rows_of(PRODUCTS, "\n".join(turned), {}) == [MILK]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the first line must name sku"),
        ("sku,name\n", "and lacks category"),
        (header(PRODUCTS).decode().strip() + ",weight\n", "weight is no column"),
        (header(PRODUCTS).decode() + "milk\n", "row 2: 1 cells for"),
        (header(PRODUCTS).decode() + 'milk,"Milk\n', "line"),
    ],
)
def test_a_file_of_another_form_is_refused(text: str, told: str) -> None:
    with pytest.raises(WrongFile, match=told):
        rows_of(PRODUCTS, text, {})


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"price_minor": "1.29"}, "row 2, price_minor: a whole number"),
        ({"price_minor": "-5"}, "row 2, price_minor: a whole number"),
        ({"price_minor": "9" * 16}, "row 2, price_minor: at most"),
        ({"unit": "litre"}, "row 2, unit: choose one"),
        ({"currency": "XYX"}, "row 2, currency: not a currency"),
        ({"name": ""}, "row 2, name: this is needed"),
        ({"sku": "a/b"}, "row 2, sku: 1 to 64"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(changed: dict[str, str], told: str) -> None:
    good: dict[str, Any] = {
        "sku": "milk", "name": "Milk", "unit": "each", "currency": "EUR", "price_minor": "129",
        "tax_basis_points": "700",
    }  # fmt: skip
    assert len(rows_of(PRODUCTS, line(PRODUCTS, MILK, **good), {})) == 1
    with pytest.raises(WrongFile) as refused:
        rows_of(PRODUCTS, line(PRODUCTS, MILK, **(good | changed)), {})
    assert told in str(refused.value)


def test_one_row_that_is_there_twice_is_refused() -> None:
    with pytest.raises(WrongFile, match="row 3: milk is in the file already"):
        brought(PRODUCTS, MILK, MILK)


def test_more_rows_than_one_transaction_should_have_are_refused() -> None:
    rows = [{**PRICE, "price_id": f"p-{number}"} for number in range(ROWS_MAX + 1)]
    with pytest.raises(WrongFile, match="make several files"):
        brought(PRICES, *rows)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_file_has_the_columns_of_its_kind(kind: Kind) -> None:
    assert header(kind).decode().strip().split(",") == kind.columns()
