"""Carts that are over are found again, each by its id and in any place of its block."""

from hypothesis import given
from hypothesis import strategies as st

from tables.closed_carts import (
    BLOCK_BYTES,
    BLOCK_CARTS,
    ENTRY_BYTES,
    entry,
    hash_of,
    last_event_of,
    newest_of,
)

_TIMES = st.integers(-(2**62), 2**62)


@given(st.lists(st.tuples(st.text(max_size=9), _TIMES), min_size=1, max_size=BLOCK_CARTS))
def test_a_block_knows_what_a_dict_knows(closed: list[tuple[str, int]]) -> None:
    block = b"".join(entry(cart, at_us) for cart, at_us in closed)
    assert len(block) <= BLOCK_BYTES
    assert all(last_event_of(block, hash_of(cart)) == at for cart, at in dict(closed).items())
    assert last_event_of(block, hash_of("never closed here")) is None
    assert newest_of(block) == max(at_us for _, at_us in closed)


@given(st.binary(min_size=8, max_size=8), st.binary(min_size=8, max_size=8), st.integers(1, 15))
def test_bytes_that_only_look_like_an_entry_are_none(one: bytes, other: bytes, shift: int) -> None:
    block = one + bytes(8) + other + (-1).to_bytes(8, signed=True)
    looks_like = block[shift : shift + 8]
    found = last_event_of(block, looks_like)
    assert (found is None) == (looks_like not in (one, other))
    assert ENTRY_BYTES == 16
