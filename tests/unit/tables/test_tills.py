from datetime import UTC, datetime, timedelta

import pytest

from tables.offsets import OffsetSeen, require_unseen
from tables.tills import DUPLICATE, IN_ORDER, TillState, admit, see
from tables.times import AHEAD_MAX_US, credible, microseconds

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_contiguous_sequences_leave_no_gap() -> None:
    till = TillState()
    assert [admit(till, 1, n, n) for n in (1, 2, 3)] == [IN_ORDER] * 3
    assert till.epochs[1].missing == []


def test_a_jump_opens_a_gap_that_late_events_heal_one_by_one() -> None:
    till = TillState()
    assert admit(till, 1, 4, 0).opens_gap
    assert till.epochs[1].missing == [[1, 3]]
    middle = admit(till, 1, 2, 1)
    assert middle.is_new and middle.heals and middle.is_late
    assert till.epochs[1].missing == [[1, 1], [3, 3]]
    admit(till, 1, 1, 2)
    admit(till, 1, 3, 3)
    assert till.epochs[1].missing == []


def test_a_sequence_seen_again_is_a_duplicate_also_one_that_healed_a_gap() -> None:
    till = TillState()
    for offset, sequence in enumerate((1, 3, 2)):
        admit(till, 1, sequence, offset)
    assert [admit(till, 1, n, 3 + n) for n in (1, 2, 3)] == [DUPLICATE] * 3
    assert till.duplicates == 3


def test_a_higher_epoch_counts_from_one_and_the_older_one_still_takes_its_late_events() -> None:
    till = TillState()
    admit(till, 1, 2, 0)
    assert admit(till, 2, 1, 1) == IN_ORDER
    assert admit(till, 1, 1, 2).is_late
    assert admit(till, 1, 3, 3).is_late, "an older epoch's event is late also where it is in order"
    assert till.epoch == 2
    assert till.epochs[1].missing == []


def test_last_seen_never_goes_back() -> None:
    till = TillState()
    see(till, NOON)
    see(till, NOON - timedelta(hours=1))
    assert till.last_seen == NOON


def test_the_version_grows_with_every_event_a_duplicate_too() -> None:
    till = TillState()
    versions: list[int] = []
    for offset, sequence in enumerate((1, 1, 5, 2)):
        admit(till, 1, sequence, offset)
        versions.append(till.version)
    assert versions == [1, 2, 3, 4]


def test_a_time_more_than_a_day_ahead_of_its_record_gives_way_to_the_records() -> None:
    record_us = microseconds(NOON)
    on_the_edge = NOON + timedelta(microseconds=AHEAD_MAX_US)
    assert credible(on_the_edge, record_us // 1000)[0] == on_the_edge
    beyond = on_the_edge + timedelta(microseconds=1)
    assert credible(beyond, record_us // 1000) == (NOON, record_us, True)


def test_a_time_in_the_past_is_believed_and_so_is_one_of_a_record_without_timestamp() -> None:
    past = datetime(1, 1, 1, tzinfo=UTC)
    future = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert credible(past, microseconds(NOON) // 1000)[0] == past
    assert credible(future, -1)[0] == future


def test_an_offset_that_a_value_has_seen_stops_the_fold() -> None:
    require_unseen("shop-1/till-1", 6, 5)
    with pytest.raises(OffsetSeen, match="new application id"):
        require_unseen("shop-1/till-1", 5, 5)
