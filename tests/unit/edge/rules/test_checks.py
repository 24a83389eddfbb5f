"""Each fault that somebody can put into a table is found, and nothing else is."""

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.bundle.rows import BundledTable, TableTest
from edge.rules.checks import ROWS_MAX
from edge.rules.faults import TableFault
from tests.unit.edge.rules.generated import tables, values_of
from tests.unit.edge.rules.slow import cases, rows_that_hold
from tests.unit.edge.rules.tables import OFF5, Cells, faults_of, kinds_of, table

ID = ["check", "age_years"]


def changed(tried: BundledTable, **fields: Any) -> BundledTable:
    return msgspec.structs.replace(tried, **fields)


def test_a_sound_table_has_no_fault() -> None:
    assert faults_of(OFF5) == []


def test_a_table_that_has_ended_has_no_fault() -> None:
    assert faults_of(changed(OFF5, rows=[], tests=[])) == []


@given(tables("unique"))
@settings(max_examples=120, deadline=None)
def test_overlaps_and_gaps_are_those_that_trying_all_cases_finds(tried: BundledTable) -> None:
    holding = [rows_that_hold(tried, case) for case in cases(values_of(tried))]
    found = kinds_of(tried)
    assert ("gap" in found) == any(not rows for rows in holding)
    assert ("overlap" in found) == any(len(rows) > 1 for rows in holding)
    assert "shadowed row" not in found


@given(tables("first"))
@settings(max_examples=120, deadline=None)
def test_shadowed_rows_and_gaps_are_those_that_trying_all_cases_finds(tried: BundledTable) -> None:
    holding = [rows_that_hold(tried, case) for case in cases(values_of(tried))]
    faults = faults_of(tried)
    first = {f"row-{rows[0]}" for rows in holding if rows}
    assert {each.row for each in faults if each.kind == "shadowed row"} == {
        row.row for row in tried.rows
    } - first
    assert ("gap" in {each.kind for each in faults}) == any(not rows for rows in holding)


STAIRS = st.lists(st.integers(-500, 500), min_size=1, max_size=5, unique=True).map(sorted)


def stairs(bounds: list[int]) -> BundledTable:
    """A sound table: a row for each step between bounds, with tests on both sides of each."""
    edges = [None, *bounds, None]
    rows: dict[str, list[str | None]] = {}
    for at, (low, high) in enumerate(pairwise(edges)):
        cell = f"{low}..{high - 1}" if low is not None and high is not None else None
        cell = cell or (f"< {high}" if high is not None else f">= {low}")
        rows[f"step-{at}"] = [cell, str(at + 1)]
    tests = [
        ({"subtotal_minor": bound - below}, [f"step-{at + 1 - below}"])
        for at, bound in enumerate(bounds)
        for below in (0, 1)
        if not (below and bound - 1 in bounds)
    ]
    return table(["subtotal_minor"], rows, tests, ["off_minor"])


@given(STAIRS, st.data())
@settings(max_examples=100, deadline=None)
def test_whatever_is_planted_in_a_sound_table_is_found(
    bounds: list[int], data: st.DataObject
) -> None:
    sound = stairs(bounds)
    assert faults_of(sound) == []

    def without(items: list[Any]) -> list[Any]:
        at = data.draw(st.integers(0, len(items) - 1))
        return items[:at] + items[at + 1 :]

    fewer_rows = without(sound.rows)
    gone = {row.row for row in sound.rows} - {row.row for row in fewer_rows}
    fitting = [test for test in sound.tests if not gone & set(test.expect)]
    assert "gap" in kinds_of(changed(sound, rows=fewer_rows, tests=fitting))

    assert "missing test" in kinds_of(changed(sound, tests=without(sound.tests)))

    again = msgspec.structs.replace(data.draw(st.sampled_from(sound.rows)), row="again")
    assert "overlap" in kinds_of(changed(sound, rows=[*sound.rows, again]))
    assert "shadowed row" in kinds_of(changed(sound, rows=[*sound.rows, again], hit_policy="first"))

    turned = data.draw(st.sampled_from(sound.tests))
    other = data.draw(
        st.sampled_from([row.row for row in sound.rows if row.row not in turned.expect])
    )
    lied = TableTest("a lie", turned.given, [other])
    assert "failing test" in kinds_of(changed(sound, tests=[*sound.tests, lied]))


def test_a_row_that_changes_nothing_is_found() -> None:
    tried = table(
        ["subtotal_minor"],
        {"dear": [">= 9000", "5"], "off5": [">= 5000", "5"], "none": [None, None]},
        [
            ({"subtotal_minor": 9000}, ["dear"]),
            ({"subtotal_minor": 8999}, ["off5"]),
            ({"subtotal_minor": 5000}, ["off5"]),
            ({"subtotal_minor": 4999}, ["none"]),
        ],
        ["percent"],
        "first",
    )
    assert [(each.kind, each.row) for each in faults_of(tried)] == [("unnoticed row", "dear")]


def test_a_row_for_everything_is_missed_by_one_that_comes_first() -> None:
    tried = table(
        ["subtotal_minor"],
        {"off5": [">= 5000", "5"], "else": [None, None]},
        [({"subtotal_minor": 5000}, ["off5"]), ({"subtotal_minor": 4999}, ["else"])],
        ["percent"],
        "first",
    )
    assert faults_of(tried) == []


def test_a_comparison_that_no_test_leaves_without_a_value_is_found() -> None:
    tried = table(
        ["price_per_kg_minor"],
        {"dear": ["> 500", "'weight'"]},
        [({"price_per_kg_minor": 501}, ["dear"]), ({"price_per_kg_minor": 500}, [])],
        ["check"],
        "collect",
    )
    (fault,) = faults_of(tried)
    assert fault == TableFault(
        "null compare", "tried.csv", "dear", "price_per_kg_minor",
        "no test has price_per_kg_minor missing while all else of the row holds",
    )  # fmt: skip


@pytest.mark.parametrize("left_out", [9, 10, 19, 20])
def test_each_side_of_each_boundary_is_asked_for(left_out: int) -> None:
    tests = [
        ({"subtotal_minor": value}, ["row"] if 10 <= value <= 19 else [])
        for value in (9, 10, 19, 20)
        if value != left_out
    ]
    tried = table(["subtotal_minor"], {"row": ["10..19", "5"]}, tests, ["percent"], "collect")
    (fault,) = faults_of(tried)
    assert (fault.kind, fault.row, fault.column) == ("missing test", "row", "subtotal_minor")
    assert f"subtotal_minor {left_out} " in fault.reason


def test_a_text_that_no_test_has_otherwise_is_found() -> None:
    """Without it the row might say `known`, and all tests would pass."""
    tests = [({"category": "wine"}, ["wine"]), ({}, [])]
    tried = table(["category"], {"wine": ["'wine'", "'id'", "18"]}, tests, ID, "collect")
    (fault,) = faults_of(tried)
    assert (fault.kind, fault.row, fault.column) == ("missing test", "wine", "category")
    proven = [*tests, ({"category": "tea"}, [])]
    tried = table(["category"], {"wine": ["'wine'", "'id'", "18"]}, proven, ID, "collect")
    assert faults_of(tried) == []


def test_each_condition_of_a_row_is_missed_by_itself() -> None:
    rows: Cells = {"wine": ["'wine'", "yes", "5"]}
    tests = [
        ({"category": "wine", "customer_known": True}, ["wine"]),
        ({"customer_known": True}, []),
        ({"category": "tea", "customer_known": True}, []),
        ({"category": "tea", "customer_known": False}, []),
    ]
    tried = table(["category", "customer_known"], rows, tests, ["percent"], "collect")
    (fault,) = faults_of(tried)
    assert (fault.kind, fault.column) == ("missing test", "customer_known")
    assert "other than yes" in fault.reason


def test_a_row_that_every_test_hits_is_found() -> None:
    tried = table(["subtotal_minor"], {"off5": [">= 5000", "5"]}, then=["percent"],
                  tests=[({"subtotal_minor": 5000}, ["off5"])], hit_policy="collect")  # fmt: skip
    reasons = [each.reason for each in faults_of(tried)]
    assert "no test misses it by one condition alone" in reasons


@pytest.mark.parametrize(
    ("name", "cell", "kind", "reason"),
    [
        ("subtotal_minor", "5000.5", "wrong type", "'5000.5' is no whole number"),
        ("subtotal_minor", ">= 50,5", "wrong type", ""),
        ("subtotal_minor", ">= 5,000", "wrong type", ""),
        ("subtotal_minor", "3, 9..5", "wrong type", "no value of subtotal_minor meets '9..5'"),
        ("scan_no", "not >= 1", "wrong type", "no value of scan_no meets"),
        ("subtotal_minor", "alcohol", "wrong type", "'alcohol' is no whole number"),
        ("subtotal_minor", "> 5000 and < 9000", "wrong type", ""),
        ("subtotal_minor", "9000..5000", "wrong type", "no value of subtotal_minor meets"),
        ("subtotal_minor", "", "wrong type", "an empty text"),
        ("subtotal_minor", "1e3", "wrong type", ""),
        ("subtotal_minor", "\N{ARABIC-INDIC DIGIT FIVE}", "wrong type", ""),
        ("scan_no", "< 1", "wrong type", "no value of scan_no meets"),
        ("subtotal_minor", "> null", "null compare", "write missing or known"),
        ("category", "null", "null compare", "write missing or known"),
        ("category", "not null", "null compare", "write missing or known"),
        ("subtotal_minor", "missing", "null compare", "is never missing"),
        ("sku", "known", "null compare", "is never missing"),
        ("sku", "tea", "wrong type", "in quotes"),
        ("sku", "'tea' 'wine'", "wrong type", "in quotes"),
        ("sku", "'tea',", "wrong type", "ends with a comma"),
        ("unit", "'kilogram'", "wrong type", "none of each, gram"),
        ("customer_known", "true", "wrong type", "neither yes nor no"),
    ],
)
def test_a_cell_that_says_nothing_is_named(name: str, cell: str, kind: str, reason: str) -> None:
    (fault,) = faults_of(table([name], {"tried": [cell]}, hit_policy="collect"))
    assert (fault.kind, fault.file, fault.row, fault.column) == (kind, "tried.csv", "tried", name)
    assert reason in fault.reason


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("percent", "101"), ("percent", "0"), ("percent", "5 %"), ("off_minor", "0.5"),
        ("check", "'wait'"), ("check", "id"), ("exclusive", "true"), ("note", "'a', 'b'"),
    ],
)  # fmt: skip
def test_what_cannot_follow_is_named(name: str, cell: str) -> None:
    tried = table(["subtotal_minor"], {"tried": [None, cell]}, then=[name], hit_policy="collect")
    (fault,) = faults_of(tried)
    assert (fault.kind, fault.row, fault.column) == ("wrong type", "tried", name)


def test_an_attribute_that_nobody_knows_is_named() -> None:
    column = msgspec.structs.replace(OFF5.columns[0], name="moon_phase")
    (fault,) = faults_of(changed(OFF5, columns=[column, *OFF5.columns[1:]]))
    assert (fault.kind, fault.column) == ("unknown attribute", "moon_phase")
    assert "subtotal_minor" in fault.reason, "it does not say what there is"


def test_a_column_of_another_type_is_named() -> None:
    column = msgspec.structs.replace(OFF5.columns[0], type="text")
    (fault,) = faults_of(changed(OFF5, columns=[column, *OFF5.columns[1:]]))
    assert (fault.kind, fault.column) == ("wrong type", "subtotal_minor")


def test_an_identity_is_not_asked_for_without_an_age() -> None:
    tried = table(["category"], {"wine": ["'wine'", "'id'"]}, then=["check"], hit_policy="collect")
    (fault,) = faults_of(tried)
    assert (fault.row, fault.column) == ("wine", "age_years")


def test_a_test_that_says_what_no_table_can_is_named() -> None:
    tests = [
        TableTest("a text", {"subtotal_minor": "5000"}, ["off5"]),
        TableTest("a flag", {"subtotal_minor": True}, ["off5"]),
        TableTest("nothing", {}, ["off5"]),
        TableTest("another", {"subtotal_minor": 1, "sku": "tea"}, ["off5"]),
        TableTest("no row", {"subtotal_minor": 1}, ["off6"]),
    ]
    found = faults_of(changed(OFF5, tests=tests))
    assert [(each.row, each.column) for each in found] == [
        ("test a text", "subtotal_minor"),
        ("test a flag", "subtotal_minor"),
        ("test nothing", "subtotal_minor"),
        ("test another", "sku"),
        ("test no row", "expect"),
    ]


def test_a_table_that_nobody_can_oversee_is_refused_at_once() -> None:
    rows = {f"row-{at}": [str(at)] for at in range(ROWS_MAX + 1)}
    assert kinds_of(table(["subtotal_minor"], rows)) == {"too large"}


@pytest.mark.parametrize("hit_policy", ["unique", "first"])
def test_a_table_whose_cases_explode_is_refused_before_anybody_waits(hit_policy: str) -> None:
    names = ["subtotal_minor", "line_count", "quantity", "unit_price_minor", "scan_no"]
    rows = {
        f"row-{at}": [
            f">= {at * 7 + place * 3 + 1}" if at * place % 3 else f"< {at * 11 + place + 2}"
            for place in range(5)
        ]
        for at in range(60)
    }
    assert "too large" in kinds_of(table(names, rows, hit_policy=hit_policy))


def test_a_name_that_no_sale_could_carry_is_refused() -> None:
    """A receipt names table/row in 128 characters; table and row may have 64 each."""
    long = msgspec.structs.replace(OFF5.rows[0], row="r" * 64)
    tests = [TableTest("hit", {"subtotal_minor": 5000}, ["r" * 64]), OFF5.tests[1]]
    tried = changed(OFF5, rows=[long, OFF5.rows[1]], tests=tests)
    assert faults_of(changed(tried, table_name="t" * 63)) == []
    (fault,) = faults_of(changed(tried, table_name="t" * 64))
    assert fault.row == "r" * 64
    assert "128" in fault.reason


def test_a_cell_that_nobody_can_check_by_eye_is_refused() -> None:
    cell = ", ".join(str(number) for number in range(0, 4_000, 2))
    assert kinds_of(table(["subtotal_minor"], {"tried": [cell]}, hit_policy="collect")) == {
        "too large"
    }


def test_a_note_that_no_sale_could_carry_is_refused() -> None:
    tried = table(["line_count"], {"row": ["1", f"'{'x' * 129}'"]}, then=["note"])
    told = [each for each in faults_of(tried) if each.column == "note"]
    assert [(each.kind, each.row) for each in told] == [("too large", "row")]
