"""A partition stands still where it has work and nothing about it moves."""

from engine.stalls import PartitionStanding, Stalls, Wait


def _standing(waits_for: Wait, *marks: int, partition: int = 0) -> PartitionStanding:
    return PartitionStanding(partition, waits_for, marks, "")


def test_what_does_not_move_stands_still_since_it_was_first_seen() -> None:
    stalls = Stalls()
    for now in (10, 20, 30):
        stalls.look([_standing("commit", 1)], now)
    assert stalls.seconds(35) == {0: 25}


def test_any_progress_begins_the_time_anew() -> None:
    stalls = Stalls()
    stalls.look([_standing("fetch", 1, 5)], 10)
    stalls.look([_standing("fetch", 1, 6)], 20)
    assert stalls.seconds(30) == {0: 10}


def test_to_wait_for_something_else_is_progress() -> None:
    stalls = Stalls()
    stalls.look([_standing("fence", 0)], 10)
    stalls.look([_standing("recovery", 0)], 20)
    assert stalls.seconds(20) == {0: 0}


def test_an_idle_partition_never_stands_still() -> None:
    stalls = Stalls()
    for now in (0, 1_000):
        stalls.look([_standing("nothing")], now)
    assert stalls.seconds(2_000) == {0: 0}


def test_a_partition_that_moved_on_to_another_worker_is_forgotten() -> None:
    stalls = Stalls()
    stalls.look([_standing("fetch", partition=0), _standing("fetch", partition=1)], 0)
    stalls.look([_standing("fetch", partition=1)], 10)
    assert stalls.seconds(10) == {1: 10}


def test_an_excuse_begins_all_times_anew() -> None:
    stalls = Stalls()
    stalls.look([_standing("commit", 1)], 0)
    stalls.excuse(50)
    stalls.look([_standing("commit", 1)], 60)
    assert stalls.seconds(60) == {0: 10}


def test_the_longest_is_named_and_none_where_nothing_is_held() -> None:
    stalls = Stalls()
    assert stalls.longest(0) is None
    stalls.look([_standing("fetch", partition=3)], 0)
    stalls.look([_standing("fetch", partition=3), _standing("commit", partition=4)], 10)
    named = stalls.longest(30)
    assert named is not None and (named[0].partition, named[1]) == (3, 30)
