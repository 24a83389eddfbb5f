"""Tables at random, over few values, so that all cases can be tried."""

from typing import Any

from hypothesis import strategies as st

from edge.bundle.rows import BundledTable
from tests.unit.edge.rules.tables import table

VALUES: dict[str, list[Any]] = {
    "scan_no": list(range(1, 14)),
    "price_per_kg_minor": [None, *range(-1, 14)],
    "category": ["tea", "wine", "none of them", None],
    "customer_known": [True, False],
    "unit": ["each", "gram"],
}
"""What cells tell apart, all of it: numbers in cells are from 2 to 11."""

NUMBERS = st.integers(2, 8)
SIGNS = st.sampled_from([">=", "<=", ">", "<"])
PARTS = st.one_of(
    NUMBERS.map(str),
    st.builds(lambda sign, bound: f"{sign} {bound}", SIGNS, NUMBERS),
    st.builds(lambda sign, factor: f"{sign} 4 x {factor}", SIGNS, st.sampled_from(["1.10", "0.7"])),
    st.builds(lambda low, more: f"{low}..{low + more}", NUMBERS, st.integers(0, 3)),
)
INTEGERS = st.one_of(
    st.lists(PARTS, min_size=1, max_size=3).map(", ".join),
    st.lists(NUMBERS, min_size=1, max_size=3).map(lambda all: "not " + ", ".join(map(str, all))),
)
TEXTS = st.sampled_from(["'tea'", '"wine"', "'tea', 'wine'", "not 'tea'", "not 'tea', 'wine'"])
MAYBE_MISSING = st.sampled_from(["", "", ", missing"])
FLAGS = st.sampled_from(["yes", "no"])
CELLS: dict[str, st.SearchStrategy[str]] = {
    "scan_no": INTEGERS,
    "price_per_kg_minor": st.one_of(
        st.builds(lambda cell, more: cell + more, INTEGERS, MAYBE_MISSING),
        st.sampled_from(["known", "missing"]),
    ),
    "category": st.one_of(
        st.builds(lambda cell, more: cell + more, TEXTS, MAYBE_MISSING),
        st.sampled_from(["known", "missing"]),
    ),
    "customer_known": FLAGS,
    "unit": st.sampled_from(["'each'", "'gram'", "not 'gram'"]),
}


@st.composite
def tables(draw: st.DrawFn, hit_policy: str | None = None) -> BundledTable:
    """A table of one to three columns and one to five rows, without tests."""
    when = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3, unique=True))
    rows = draw(
        st.lists(
            st.tuples(*(st.one_of(st.none(), CELLS[name]) for name in when)),
            min_size=1,
            max_size=5,
        )
    )
    policy = hit_policy or draw(st.sampled_from(["unique", "first", "collect"]))
    return table(
        when, {f"row-{at}": list(cells) for at, cells in enumerate(rows)}, hit_policy=policy
    )


def values_of(tried: BundledTable) -> dict[str, list[Any]]:
    """All that a table's cells tell apart."""
    return {each.name: VALUES[each.name] for each in tried.columns if each.part == "when"}
