"""Event ids are version 7 UUIDs that a repeated run gives again."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from edge.event_ids import UUID7_FREE_BITS, uuid7

TIMES = st.integers(0, 2**48 - 1)
BITS = st.integers(0, 2**UUID7_FREE_BITS - 1)


@given(TIMES, BITS)
def test_an_event_id_is_a_uuid_of_version_7_that_holds_its_time(unix_ms: int, bits: int) -> None:
    parsed = uuid.UUID(uuid7(unix_ms, bits))

    assert parsed.version == 7, "readers would take the id for another kind"
    assert parsed.variant == uuid.RFC_4122
    assert parsed.int >> 80 == unix_ms, "ids would no longer sort by time"


@given(TIMES, BITS, BITS)
def test_different_bits_give_different_ids(unix_ms: int, one: int, other: int) -> None:
    assert (uuid7(unix_ms, one) == uuid7(unix_ms, other)) == (one == other)
