"""What is said of a sale that comes to something else when it is decided again."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from edge.bundle.rows import TableRow
from edge.recomputing import published as memory
from edge.recomputing import sales
from edge.rules import evaluating
from edge.rules.reading import DecisionTable
from tests.unit.edge.recomputing.ruled_sales import (
    OFF5,
    difference,
    published,
    sale_of,
    value,
    version_of,
)

HELD = published(OFF5)


def why(*args: Any, **fields: Any) -> str:
    """Of a sale that differs."""
    found = difference(value(*args, **fields), HELD)
    assert found is not None, "nobody noticed"
    return found.why


def test_a_sale_that_was_decided_rightly_does_not_differ() -> None:
    assert difference(value(), HELD) is None
    assert difference(value(4_999, 0), HELD) is None


def test_a_sale_that_names_no_rule_is_not_looked_at() -> None:
    assert difference(value(4_000, 0, rules=None), published()) is None


def test_both_sides_are_named() -> None:
    found = difference(value(5_000, 100), HELD)
    assert found is not None
    assert found.why == "the till took off off5/off5 -100, and its tables take off off5/off5 -250"
    assert (found.carried_total_minor, found.decided_total_minor) == (4_900, 4_750)
    assert str(found).startswith("shop-1/3/1/7, receipt 3-1-7, 2026-11-30: the till took off")
    assert why(5_000, 0) == "the till took off nothing, and its tables take off off5/off5 -250"
    assert why(4_999, 250) == "the till took off off5/off5 -250, and its tables take off nothing"


def test_a_total_that_is_not_what_the_lines_come_to_is_named() -> None:
    assert why(total_minor=4_751) == "lines and discounts come to 4750, and the sale to 4751"


def test_what_was_given_by_hand_is_taken_as_it_is() -> None:
    by_hand = [{"rule": "damaged", "amount_minor": -300}, {"rule": "a/b", "amount_minor": -1}]
    off = [*by_hand, {"rule": "off5/off5", "amount_minor": -250}]
    assert difference(value(discounts=off, total_minor=4_449), HELD) is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"rules": {"tables": {"off5": 2}}}, "never published: off5, version 2"),
        ({"rules": {"tables": {"off5": 10**12}}}, "never published"),
        ({"rules": {"tables": {}}}, "off5/off5 is named, and the sale was not decided by off5"),
        ({"rules": None}, "off5/off5 is named, and the sale was not decided by off5"),
        ({"occurred_at": "2026-10-31T23:59:59Z"}, "off5, version 1 had not begun"),
    ],
)
def test_a_sale_that_cannot_have_been_decided_so_says_why(
    fields: dict[str, Any], told: str
) -> None:
    found = difference(value(**fields), HELD)
    assert found is not None and told in found.why
    assert (found.decided, found.decided_total_minor) == (None, None)


def test_a_table_of_another_store_decides_nothing_here() -> None:
    found = difference(value(), published(OFF5, locations=["shop-2"]))
    assert found is not None and found.why == "off5, version 1 does not hold at shop-1"
    assert difference(value(), published(OFF5, locations=["shop-1"])) is None


def test_a_version_by_which_nobody_may_decide_is_named_with_row_and_column() -> None:
    wrong = version_of(1, rows=[TableRow("off5", [">= 50.00", "5"])])
    found = difference(value(), published(wrong))
    assert found is not None
    assert found.why.startswith("off5, version 1, row off5, column subtotal_minor: wrong type")


def test_a_sale_that_would_hold_everybody_up_is_not_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sales, "LINES_MAX", 0)
    assert "1 lines" in why()
    monkeypatch.undo()
    by_hand = [{"rule": f"h{number}/x", "amount_minor": -1} for number in range(1_001)]
    found = difference(value(discounts=by_hand), HELD)
    assert found is not None and "1001 discounts" in found.why
    assert len(found.carried) == sales.DISCOUNTS_MAX, "the log has all of them"
    assert sales.names_of(sale_of(value(discounts=by_hand))) == set(), "the database is asked"
    many = {"off5": 1} | {f"t{number}": 1 for number in range(memory.TABLES_MAX)}
    assert "201 tables" in why(rules={"tables": many})


def test_a_table_that_no_till_takes_is_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "ROWS_MAX", 1)
    found = difference(value(), published(OFF5))
    assert found is not None and found.why == "off5, version 1 has 2 rows, 1 at most"


def test_what_is_compiled_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "RULESETS_KEPT", 3)
    versions = range(1, 10)
    tables = published(*(version_of(each) for each in versions))
    for version in versions:
        assert difference(value(rules={"tables": {"off5": version}}), tables) is None
    assert len(vars(tables)["_rulesets"]) == 3


def test_a_table_is_compiled_once_whichever_others_a_sale_goes_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    really = evaluating.compiled

    def noted(table: DecisionTable) -> evaluating.Hits:
        asked.append(table.version)
        return really(table)

    monkeypatch.setattr(evaluating, "compiled", noted)
    others = [msgspec.structs.replace(OFF5, table_name="other", version=at) for at in (7, 8, 9)]
    tables = published(OFF5, *others)
    for other in others:
        tables.ruleset({"off5": 1, "other": other.version})
    assert asked == [1, 7, 8, 9]


def test_the_version_that_counted_then_counts_and_not_the_newest() -> None:
    later = datetime(2026, 11, 29, tzinfo=UTC)
    rows = [TableRow("off5", [">= 5000", "10"]), TableRow("none", ["< 5000", None])]
    tables = published(OFF5, version_of(2, rows=rows, valid_from=later))
    assert difference(value(), tables) is None
    off10 = value(off_minor=500, rules={"tables": {"off5": 2}})
    assert difference(off10, tables) is None
