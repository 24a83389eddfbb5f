"""Numbers of a till, by epoch: what is new, late, missing, closed, or too much."""

from datetime import UTC, datetime, timedelta

import pytest

from tables import marks, tills
from tables.offsets import OffsetSeen, require_unseen
from tables.tills import (
    IN_ORDER,
    Admission,
    EpochWindow,
    TillState,
    admit,
    begin_block,
    close_epoch,
    judge,
    keep_window,
    left_of,
    see,
    waited_for,
    waive,
    window_of,
)
from topics import sequences
from topics.sequences import Verdict

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def hear(till: TillState, epoch: int, sequence: int, clock_us: int = 0) -> Admission | Verdict:
    """What the agent does with a number: an admission, or why there is none."""
    window = window_of(till, epoch)
    assert window is not None, f"epoch {epoch} is closed"
    verdict = judge(till, window, sequence)
    if verdict in (Verdict.DUPLICATE, Verdict.TOO_MANY_GAPS):
        return verdict
    return admit(till, epoch, window, sequence, clock_us)


def test_contiguous_sequences_leave_no_gap() -> None:
    till = TillState()
    assert [hear(till, 1, n) for n in (1, 2, 3)] == [IN_ORDER] * 3
    assert till.epochs[1].missing == []


def test_a_jump_opens_a_gap_that_late_events_heal_one_by_one() -> None:
    till = TillState()
    assert hear(till, 1, 4) == Admission(opens_gap=True)
    assert till.epochs[1].missing == [[1, 3]]
    assert hear(till, 1, 2) == Admission(heals=True, is_late=True)
    assert till.epochs[1].missing == [[1, 1], [3, 3]]
    hear(till, 1, 1)
    hear(till, 1, 3)
    assert till.epochs[1].missing == []


def test_a_sequence_seen_again_is_a_duplicate_also_one_that_healed_a_gap() -> None:
    till = TillState()
    for sequence in (1, 3, 2):
        hear(till, 1, sequence)
    assert [hear(till, 1, n) for n in (1, 2, 3)] == [Verdict.DUPLICATE] * 3


def test_a_higher_epoch_counts_from_one_and_the_older_one_still_takes_its_late_events() -> None:
    till = TillState()
    hear(till, 1, 2)
    assert hear(till, 2, 1) == IN_ORDER
    assert hear(till, 1, 1) == Admission(heals=True, is_late=True)
    older = hear(till, 1, 3)
    assert older == Admission(is_late=True), "an older epoch's event is late also in order"
    assert till.epoch == 2
    assert till.epochs[1].missing == []


def test_a_closed_epoch_and_those_before_it_that_never_opened_take_nothing() -> None:
    till = TillState()
    for epoch in (2, 5, 7):
        hear(till, epoch, 1)
    close_epoch(till, 5)
    assert window_of(till, 5) is None and window_of(till, 3) is None
    assert window_of(till, 2) is till.epochs[2], "an open one stays open"
    assert window_of(till, 6) is not None


def test_epochs_without_end_close_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tills, "EPOCHS_OPEN_MAX", 3)
    till = TillState()
    for epoch in range(1, 8):
        hear(till, epoch, 1)
    assert sorted(till.epochs) == [5, 6, 7]
    assert window_of(till, 4) is None


def test_gaps_of_all_epochs_together_fit_one_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tills, "TILL_RANGES_MAX", 3)
    till = TillState()
    keep_window(till, 1, EpochWindow(9, [[1, 1], [3, 3]]))
    assert hear(till, 2, 5) == Admission(opens_gap=True)
    assert hear(till, 2, 9) is Verdict.TOO_MANY_GAPS
    assert hear(till, 2, 6) == IN_ORDER


def test_one_window_holds_as_many_gaps_as_the_contract_says() -> None:
    assert sequences.RANGES_MAX == 32_768


def test_numbers_that_were_waived_are_not_waited_for_and_count_when_they_come() -> None:
    till = TillState()
    for sequence in (4, 8, 12):
        hear(till, 1, sequence)
    till.epochs[1].waived_to = 6
    assert waited_for(till.epochs[1]) == [[7, 7], [9, 11]]
    assert hear(till, 1, 2) == Admission(heals=True, is_late=True)


def test_last_seen_never_goes_back() -> None:
    till = TillState()
    see(till, NOON)
    see(till, NOON - timedelta(hours=1))
    assert till.last_seen == NOON


def test_an_offset_that_a_value_has_seen_stops_the_fold() -> None:
    require_unseen("shop-1/till-1", 6, 5)
    with pytest.raises(OffsetSeen, match="new application id"):
        require_unseen("shop-1/till-1", 5, 5)


def test_a_gap_is_waived_in_the_newest_epoch_and_closes_an_older_one() -> None:
    till = TillState()
    hear(till, 1, 5)
    hear(till, 2, 5)
    assert waive(till, 2, 3) and waited_for(till.epochs[2]) == [[4, 4]]
    assert waive(till, 1, 3) and window_of(till, 1) is None
    assert not waive(till, 1, 3), "it closed before"


def test_what_stays_of_a_till_that_is_gone_takes_no_number_of_its_epochs() -> None:
    till = TillState(offset=7)
    hear(till, 3, 1)
    assert left_of(till, 2) is None, "it has begun a newer epoch"
    left = left_of(till, 3)
    assert left is not None and window_of(left, 3) is None and window_of(left, 4) is not None
    assert left.version > till.version, "readers would pass over that it is gone"


def test_marks_of_blocks_far_behind_the_newest_leave() -> None:
    till = TillState()
    assert [begin_block(till, block) for block in range(marks.BLOCKS_KEPT + 1)][-1] == []
    assert begin_block(till, marks.BLOCKS_KEPT + 2) == [0, 1]
    assert begin_block(till, 1_000) == [*range(2, marks.BLOCKS_KEPT + 1), marks.BLOCKS_KEPT + 2]
    assert (till.block, till.blocks, till.marks) == (1_000, [], b"")
