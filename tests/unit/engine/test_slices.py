"""A fetch is cut by records, by bytes, and by what the slice before has changed."""

from engine import slices as slices_module
from engine.slices import SLICE_KEYS_MAX, SLICE_RECORDS_MAX, Slices
from tests.unit.engine.doubles import Sale


def _cut(sizes: list[int], keys_each: int) -> list[int]:
    """How many records each slice has, where each record changes so many new keys."""
    slices, records, start, cut = (
        Slices(),
        [Sale(n, b"x" * size) for n, size in enumerate(sizes)],
        0,
        [],
    )
    while start < len(records):
        end = slices.end(records, start)
        slices.note(end - start, keys_each * (end - start))
        cut.append(end - start)
        start = end
    return cut


def test_everyday_records_soon_go_by_the_full_slice() -> None:
    assert _cut([500] * 5_000, 4)[-2] == SLICE_RECORDS_MAX


def test_the_first_slice_is_one_record_because_nothing_is_known_of_it() -> None:
    assert _cut([500] * 10, 4)[0] == 1


def test_a_record_larger_than_a_slice_goes_alone() -> None:
    large = slices_module.SLICE_BYTES_MAX + 1
    assert _cut([10] * 7 + [large, 10, 10], 1) == [1, 2, 4, 1, 2]


def test_long_carts_go_by_as_many_as_change_what_a_slice_may() -> None:
    assert max(_cut([500] * 200, 1_000)) == SLICE_KEYS_MAX // 1_000


def test_what_changes_more_than_a_slice_may_goes_record_by_record() -> None:
    assert set(_cut([500] * 20, SLICE_KEYS_MAX + 1)) == {1}


def test_records_that_change_nothing_new_go_by_the_full_slice() -> None:
    assert max(_cut([500] * 5_000, 0)) == SLICE_RECORDS_MAX
