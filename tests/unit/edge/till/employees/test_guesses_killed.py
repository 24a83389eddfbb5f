"""The till is killed at each write and sync while somebody guesses a PIN: five guesses are answered
in all, and the journal tells of each."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec

from edge.bundle.rows import BundledEmployee
from edge.journal.journal import Journal
from edge.journal.verifying import prove
from edge.till.answers import AskedOnce
from edge.till.employees.attempts import WRONG_MAX
from edge.till.employees.shown_cards import wrong_pin
from tests.unit.edge.journal.tills import opened
from tests.unit.edge.till.employees.crews import ANNA
from tests.unit.edge.till.test_desk_killed import desk_on, events_of, killed_at

ROW = msgspec.json.decode(ANNA[1], type=BundledEmployee)


def guess(journal: Journal, tell: Callable[[str, str], object]) -> None:
    """Guess on until the card is locked."""
    desk = desk_on(journal)
    attempts = desk.staff.attempts
    while not attempts.is_locked(ROW):
        key = f"guess {attempts.count(ROW) + 1}"
        tell(key, desk.do(AskedOnce(key, key), lambda _: wrong_pin(attempts, ROW)).body)


def test_a_till_that_is_killed_anywhere_answers_no_sixth_guess(tmp_path: Path) -> None:
    step, killed = 0, True
    while killed:
        folder = tmp_path / str(step)
        folder.mkdir()
        opened(folder).close()
        answered, killed = killed_at(folder, step, guess)
        with closing(opened(folder)) as journal:
            count = desk_on(journal).staff.attempts.count(ROW)
            assert len(answered) <= count <= len(answered) + 1, "a guess was answered and forgotten"
            guess(journal, answered.__setitem__)
            kinds = [event["kind"] for event in events_of(journal)]
        assert len(answered) <= WRONG_MAX, "a restart gave guesses away"
        assert kinds == ["pin_failed"] * WRONG_MAX + ["card_locked"]
        assert not prove(folder / "journal.sqlite").findings
        step += 1
    assert step > 3 * WRONG_MAX, "the till was not killed at each of its commits"
