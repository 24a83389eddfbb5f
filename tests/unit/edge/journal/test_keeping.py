"""Events stay until the centre has had them for 30 days, and what is left still goes on."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from edge.journal.journal import Journal
from edge.journal.keeping import KEPT_DAYS, REMOVED_AT_ONCE
from tests.unit.edge.journal.gateways import Gateway, send
from tests.unit.edge.journal.tills import all_accepted, heartbeat, opened, sale

DAY = 86_400.0
START = 20_000 * DAY


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(opened(tmp_path)) as journal:
        yield journal


def kept(journal: Journal, epoch: int = 1) -> list[int]:
    question = "SELECT sequence FROM events WHERE epoch = ? ORDER BY sequence"
    return [number for (number,) in journal.file.database.execute(question, (epoch,))]


def tidy(journal: Journal, days: float) -> list[int]:
    while journal.keeping.tidy(START + days * DAY):
        pass
    return kept(journal)


def confirm(
    journal: Journal, epoch: int, upto: int, missing: list[tuple[int, int]], at: float
) -> None:
    """The centre's word, once a gateway has taken all that is here."""
    all_accepted(journal)
    journal.keeping.confirm(epoch, upto, missing, at)


def test_what_the_centre_has_leaves_after_thirty_days(journal: Journal) -> None:
    journal.append([sale() for _ in range(5)])
    confirm(journal, 1, 3, [], START)
    assert tidy(journal, KEPT_DAYS - 1) == [1, 2, 3, 4, 5]
    assert tidy(journal, KEPT_DAYS) == [4, 5]
    assert tidy(journal, 400) == [4, 5], "what the centre never had is gone"


def test_each_day_lets_go_what_was_confirmed_by_then(journal: Journal) -> None:
    for day in range(5):
        journal.append([sale()])
        confirm(journal, 1, day + 1, [], START + day * DAY)
    for day in range(5):
        assert tidy(journal, KEPT_DAYS + day) == list(range(day + 2, 6))


def test_the_days_are_not_remembered_for_ever(journal: Journal) -> None:
    journal.append([sale()])
    for day in range(3 * KEPT_DAYS):
        confirm(journal, 1, 1, [], START + day * DAY)
    [days] = journal.file.database.execute("SELECT count(*) FROM confirmed").fetchone()
    assert days <= KEPT_DAYS + 2


def test_what_the_centre_lacks_stays_and_all_behind_it(journal: Journal) -> None:
    journal.append([sale() for _ in range(6)])
    confirm(journal, 1, 6, [(3, 4)], START)
    assert tidy(journal, 60) == [3, 4, 5, 6]
    confirm(journal, 1, 6, [], START + 60 * DAY)
    assert tidy(journal, 61) == [3, 4, 5, 6]
    assert tidy(journal, 61 + KEPT_DAYS) == []


def test_a_centre_that_takes_its_word_back_is_believed(journal: Journal) -> None:
    journal.append([sale() for _ in range(4)])
    confirm(journal, 1, 4, [], START)
    confirm(journal, 1, 2, [], START + DAY)
    assert tidy(journal, 50) == [3, 4]
    journal.append([sale() for _ in range(4)])
    confirm(journal, 1, 6, [], START + 50 * DAY)
    confirm(journal, 1, 4, [], START + 85 * DAY)
    assert tidy(journal, 85) == [5, 6, 7, 8], "what the centre has lost is gone here, too"
    confirm(journal, 1, 0, [], START + 86 * DAY)
    assert tidy(journal, 200) == [5, 6, 7, 8]


def test_a_word_about_more_than_there_is_removes_no_more(journal: Journal) -> None:
    journal.append([sale()])
    confirm(journal, 1, 900, [(5, 700), (800, 10**12)], START)
    confirm(journal, 7, 900, [], START)
    journal.append([sale()])
    assert tidy(journal, 40) == [2]


def test_the_rest_goes_on_with_chain_sums_and_numbers(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as journal:
        journal.append([sale(100), sale(200)])
        mark = journal.mark
        confirm(journal, 1, 2, [], START)
        assert tidy(journal, 40) == []
    with closing(opened(tmp_path)) as journal:
        assert journal.mark == mark
        [written] = journal.append([sale(300)])
        assert written.entry.link.prev == mark.hash
        assert written.entry.event["receipt_no"] == "till-3-1-3"
        assert written.entry.mark.sums.grand_total_minor == 600
        batch = journal.outbox.next_batch(0.0)
        assert batch and (batch.first, batch.last) == (3, 3)
        assert journal.outbox.judge(1, 2, mark.hash).value == "continue"


def test_much_leaves_in_steps_that_hold_nobody_up(journal: Journal) -> None:
    journal.append([heartbeat() for _ in range(REMOVED_AT_ONCE + 50)])
    confirm(journal, 1, REMOVED_AT_ONCE + 50, [], START)
    then = START + KEPT_DAYS * DAY
    assert [journal.keeping.tidy(then) for _ in range(3)] == [REMOVED_AT_ONCE, 50, 0]


def test_of_a_forked_epoch_the_centre_confirms_only_ours(journal: Journal) -> None:
    journal.append([sale() for _ in range(4)])
    gateway = Gateway()
    send(journal, gateway)
    journal.append([sale()])
    gateway.taken[1].append(gateway.taken[1][0] | {"chain": {"hash": "ab" * 32}})
    send(journal, gateway)
    confirm(journal, 1, 5, [], START)
    assert tidy(journal, 40) == [5], "an event that nobody has is gone"
    journal.begin_epoch(2)
    assert tidy(journal, 40) == [] and kept(journal, 2) == [1]
    assert journal.mark.sequence == 1


def test_of_what_no_gateway_took_of_this_till_the_centre_confirms_nothing(
    journal: Journal,
) -> None:
    """A disk that was restored: the numbers are another history's at the centre, and what is here
    under them was written while the answer was under way."""
    journal.append([sale()])
    send(journal, Gateway())
    journal.append([sale()])
    journal.keeping.confirm(1, 2, [], START)
    assert tidy(journal, 40) == [2], "a sale that nobody has is gone"


def test_a_clock_that_was_ahead_once_keeps_nothing_for_ever(journal: Journal) -> None:
    journal.append([sale(), sale()])
    confirm(journal, 1, 1, [], START + 4_000 * DAY)
    confirm(journal, 1, 2, [], START)
    assert tidy(journal, KEPT_DAYS) == []
