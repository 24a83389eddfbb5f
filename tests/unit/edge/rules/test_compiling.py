"""What is compiled says what a slow reader of the same cells says, in every case."""

import timeit

from hypothesis import given, settings

from edge.bundle.rows import BundledTable
from edge.rules.attributes import Facts
from edge.rules.compiling import Hits, compiled, source_of
from edge.rules.reading import read_table
from tests.unit.edge.rules.generated import tables, values_of
from tests.unit.edge.rules.slow import cases, rows_that_apply
from tests.unit.edge.rules.tables import table


@given(tables())
@settings(max_examples=150, deadline=None)
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
    """The same ten rows as somebody would write them down."""
    subtotal = facts.subtotal_minor or 0
    if facts.customer_known and 0 <= subtotal <= 999:
        return (0,)
    if facts.customer_known and 1000 <= subtotal <= 1999:
        return (1,)
    if facts.customer_known and 2000 <= subtotal <= 2999:
        return (2,)
    if facts.customer_known and 3000 <= subtotal <= 3999:
        return (3,)
    if facts.customer_known and 4000 <= subtotal <= 4999:
        return (4,)
    if facts.customer_known and 5000 <= subtotal <= 5999:
        return (5,)
    if facts.customer_known and 6000 <= subtotal <= 6999:
        return (6,)
    if facts.customer_known and 7000 <= subtotal <= 7999:
        return (7,)
    if facts.customer_known and 8000 <= subtotal <= 8999:
        return (8,)
    return (9,)


def seconds(hits: Hits, asked: list[Facts]) -> float:
    return timeit.timeit(lambda: [hits(each) for each in asked], number=200)


def test_ten_rows_are_as_fast_as_a_function_written_by_hand() -> None:
    """Both in turn, and the best round of each: a busy machine slows down both."""
    hits = compiled(read_table(TEN_ROWS, "tried"))
    asked = [Facts(subtotal_minor=at * 500, customer_known=at % 3 > 0) for at in range(20)]
    assert [hits(each) for each in asked] == [by_hand(each) for each in asked]
    rounds = [(seconds(hits, asked), seconds(by_hand, asked)) for _ in range(20)]
    took, hand = (min(each) for each in zip(*rounds, strict=True))
    told = f"{4_000 / took:,.0f} evaluations a second, {took / hand:.2f} times as long as by hand"
    print(told)  # noqa: T201
    assert took < 2 * hand, told
    assert took < 4_000 / 100_000, told
