"""The last answers on the disk: there after a restart, and with an end."""

from pathlib import Path

import pytest

from edge.gateway.elsewhere import kept_answers
from edge.gateway.elsewhere.kept_answers import SECONDS_MAX, KeptAnswers
from edge.gateway.errors import GatewayUnusable


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_the_last_answer_is_there_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    kept = KeptAnswers(tmp_path / "a.sqlite", clock)
    kept.keep("q", b"first")
    told = kept.keep("q", b"second")
    kept.close()

    again = KeptAnswers(tmp_path / "a.sqlite", clock)
    assert again.of("q") == told and told.body == b"second"
    assert (again.count, again.size) == (1, 6)
    assert again.of("another") is None


def test_the_oldest_leave_first(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_answers, "ANSWERS_MAX", 3)
    monkeypatch.setattr(kept_answers, "BYTES_MAX", 100)
    kept = KeptAnswers(tmp_path / "a.sqlite", clock)
    for number in range(5):
        kept.keep(str(number), b"x" * 10)
    assert [number for number in range(5) if kept.of(str(number))] == [2, 3, 4]

    kept.keep("large", b"x" * 85)
    assert kept.of("large") and kept.of("4") and not kept.of("3")
    assert (kept.count, kept.size) == (2, 95)


def test_what_was_said_too_long_ago_says_nothing(tmp_path: Path, clock: Clock) -> None:
    kept = KeptAnswers(tmp_path / "a.sqlite", clock)
    kept.keep("q", b"x")
    clock.now += SECONDS_MAX
    assert kept.of("q") is None
    kept.keep("other", b"y")
    assert kept.count == 1, "it lies there for ever"


def test_a_damaged_file_is_put_aside(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "a.sqlite"
    file.write_bytes(b"no database at all" * 100)
    kept = KeptAnswers(file, clock)
    assert kept.keep("q", b"x") == kept.of("q")
    assert (tmp_path / "a.sqlite.damaged").exists()


def test_a_file_of_a_later_release_is_left_alone(tmp_path: Path, clock: Clock) -> None:
    kept = KeptAnswers(tmp_path / "a.sqlite", clock)
    kept._database.execute("UPDATE form SET version = 2")  # noqa: SLF001
    kept.close()
    with pytest.raises(GatewayUnusable, match="form 2"):
        KeptAnswers(tmp_path / "a.sqlite", clock)
