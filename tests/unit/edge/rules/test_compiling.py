"""What is compiled says what a slow reader of the same cells says, in every case."""

import timeit

import pytest
from hypothesis import given, settings

from edge.bundle.rows import BundledTable
from edge.rules.attributes import Facts
from edge.rules.compiling import compiled, source_of
from edge.rules.reading import read_table
from tests.unit.edge.rules.generated import tables, values_of
from tests.unit.edge.rules.slow import cases, rows_that_apply
from tests.unit.edge.rules.tables import table


@given(tables())
@settings(max_examples=300, deadline=None)
def test_a_compiled_table_says_what_its_cells_say(tried: BundledTable) -> None:
    read = read_table(tried, "tried")
    hits = compiled(read)
    for case in cases(values_of(tried)):
        wanted = rows_that_apply(tried, case)
        assert hits(Facts(**case)) == wanted, (case, source_of(read))
        assert [row.name for row in read.hits(Facts(**case))] == [f"row-{at}" for at in wanted]


def test_no_text_of_a_cell_is_run() -> None:
    text = '") or exit() or ("\\'
    tried = table(["sku"], {"evil": [f"'{text}'"]}, hit_policy="collect")
    hits = compiled(read_table(tried, "tried"))
    assert hits(Facts(sku=text)) == (0,)
    assert hits(Facts(sku="tea")) == ()


def test_nothing_that_is_compiled_counts_in_floats() -> None:
    tried = table(["price_per_kg_minor"], {"orange": ["> 152 x 1.10"]}, hit_policy="collect")
    source = source_of(read_table(tried, "tried"))
    assert ">= 168" in source
    assert "." not in source.replace("facts.", "")


TEN_ROWS = table(
    ["subtotal_minor", "customer_known"],
    {f"from-{at}": [f"{at * 1000}..{at * 1000 + 999}", "yes"] for at in range(9)}
    | {"else": [None, None]},
    hit_policy="first",
)


def by_hand(facts: Facts) -> tuple[int, ...]:
    """The same ten rows as somebody would write them."""
    subtotal = facts.subtotal_minor or 0
    if facts.customer_known and 0 <= subtotal < 9000:
        return (subtotal // 1000,)
    return (9,)


def row_by_row(facts: Facts) -> tuple[int, ...]:
    """The same ten rows, one after the other."""
    subtotal = facts.subtotal_minor
    known = facts.customer_known
    assert subtotal is not None
    for at in range(9):
        if known and at * 1000 <= subtotal <= at * 1000 + 999:
            return (at,)
    return (9,)


@pytest.mark.alone
def test_ten_rows_are_as_fast_as_a_function_written_by_hand() -> None:
    """Beside two functions in the same run, so that a busy machine slows down all of them."""
    hits = compiled(read_table(TEN_ROWS, "tried"))
    asked = [Facts(subtotal_minor=at * 500, customer_known=at % 3 > 0) for at in range(20)]
    assert [hits(each) for each in asked] == [by_hand(each) for each in asked]

    def seconds(function: object) -> float:
        return min(timeit.repeat(lambda: [function(each) for each in asked], number=500, repeat=5))  # type: ignore[operator]

    took, hand, loop = seconds(hits), seconds(by_hand), seconds(row_by_row)
    told = f"{10_000 / took:,.0f} evaluations a second; by hand {hand / took:.2f} of its time"
    print(told)  # noqa: T201
    assert took < 4 * hand, f"slower than four times a function that computes the row: {told}"
    assert took < 1.2 * loop, f"slower than ten comparisons in a loop: {told}"
