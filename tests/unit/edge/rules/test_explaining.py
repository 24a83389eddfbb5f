"""Why a rule did not apply: the first condition that does not hold, and both values."""

from hypothesis import given, settings

from edge.bundle.rows import BundledTable
from edge.rules.attributes import Facts
from edge.rules.explaining import explained
from edge.rules.reading import read_table
from tests.unit.edge.rules.generated import tables, values_of
from tests.unit.edge.rules.slow import cases, cell_holds, rows_that_apply, rows_that_hold
from tests.unit.edge.rules.tables import OFF5, table


def words(tried: BundledTable, **facts: int | str | bool) -> list[str]:
    return [str(each) for each in explained(read_table(tried, "tried"), Facts(**facts))]  # pyright: ignore[reportArgumentType]


def test_both_values_are_told() -> None:
    assert words(OFF5, subtotal_minor=4_999) == [
        "tried/off5: subtotal_minor is 4999, and not >= 5000",
        "tried/none: applies",
    ]


def test_a_missing_value_and_a_flag_are_told_as_cells_have_them() -> None:
    tried = table(
        ["category", "customer_known"], {"a": ["'tea'", None], "b": [None, "yes"]},
        hit_policy="collect",
    )  # fmt: skip
    assert words(tried, customer_known=False) == [
        "tried/a: category is missing, and not 'tea'",
        "tried/b: customer_known is no, and not yes",
    ]


def test_a_row_that_another_kept_out_is_told_so() -> None:
    tried = table(["scan_no"], {"a": [">= 1"], "b": [None]}, hit_policy="first")
    assert words(tried, scan_no=1) == [
        "tried/a: applies", "tried/b: its conditions hold, but tried/a comes first",
    ]  # fmt: skip


@given(tables())
@settings(max_examples=60, deadline=None)
def test_what_is_told_is_true(tried: BundledTable) -> None:
    read = read_table(tried, "tried")
    names = [each.name for each in tried.columns]
    for case in cases(values_of(tried)):
        told = list(explained(read, Facts(**case)))
        applying = rows_that_apply(tried, case)
        assert tuple(at for at, each in enumerate(told) if each.applies) == applying
        for at, each in enumerate(told):
            if each.attribute:
                cell = tried.rows[at].cells[names.index(each.attribute)]
                assert each.found == case.get(each.attribute)
                assert not cell_holds(cell, each.found)
            else:
                assert at in rows_that_hold(tried, case)
