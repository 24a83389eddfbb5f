"""What a number stood for: found again, told apart, and never confused with nothing."""

from hypothesis import given
from hypothesis import strategies as st

from tables.marks import contradicts, mark_of, place, read, written

ONE, OTHER = "01932f5e-7a1b-7c3d-8e4f-0123456789ab", "01932f5e-7a1b-7c3d-8e4f-0123456789ac"


def test_the_same_event_is_no_contradiction_however_its_id_is_written() -> None:
    assert not contradicts(mark_of(ONE, None), mark_of(ONE.upper(), None))


def test_another_id_is_one_and_so_is_another_hash_where_both_have_one() -> None:
    assert contradicts(mark_of(ONE, None), mark_of(OTHER, None))
    assert contradicts(mark_of(ONE, "a" * 64), mark_of(ONE, "b" * 64))
    assert not contradicts(mark_of(ONE, "a" * 64), mark_of(ONE, None))
    assert not contradicts(mark_of(ONE, "ab" * 32), mark_of(ONE, "AB" * 32))


def test_a_number_of_which_nothing_is_kept_contradicts_nothing() -> None:
    assert not contradicts(read(b"", 3), mark_of(ONE, None))


@given(st.lists(st.tuples(st.integers(0, 31), st.uuids())))
def test_a_block_keeps_the_newest_mark_of_each_place(writes: list[tuple[int, object]]) -> None:
    block, kept = b"", dict[int, bytes]()
    for at, uuid in writes:
        kept[at] = mark_of(str(uuid), None)
        block = written(block, at, kept[at])
    assert all(read(block, at) == kept.get(at, bytes(8)) for at in range(32))
    assert len(block) <= 256


def test_numbers_from_one_fall_into_blocks_of_32() -> None:
    assert [place(n) for n in (1, 31, 32, 64)] == [(0, 1), (0, 31), (1, 0), (2, 0)]
