"""What a mirror's position says against its log, and what a mirror that does not work is given."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from connectors.connect.errors import ConnectorError
from connectors.connect.finding import ConnectorFinding
from connectors.mirrormaker.metrics import mirror_metrics
from connectors.mirrormaker.noted import Mirrored, mirrored_of
from connectors.mirrormaker.progress import LogSpan, MirrorProgress, SkippedRecords
from connectors.mirrormaker.tending import AGAIN_SECONDS, IDLE_SECONDS, TendedMirror


@pytest.mark.parametrize(
    ("noted", "start", "end", "ahead", "purged", "unread", "begins"),
    [
        (0, 0, 0, 0, 0, 0, 0),
        (5, 0, 8, 0, 0, 3, 5),
        (8, 0, 8, 0, 0, 0, 8),
        (9, 0, 8, 1, 0, 8, 0),
        (3, 5, 8, 0, 2, 3, 5),
        (3, 8, 8, 0, 5, 0, 8),
        (9, 0, 0, 9, 0, 0, 0),
    ],
)
def test_a_position_against_its_log(
    noted: int, start: int, end: int, ahead: int, purged: int, unread: int, begins: int
) -> None:
    seen = MirrorProgress(noted, LogSpan(start, end))
    assert (seen.ahead, seen.purged, seen.unread, seen.next_offset) == (
        *(ahead, purged),
        *(unread, begins),
    )


def test_a_log_that_gives_up_what_was_carried_lost_nothing() -> None:
    skipped = SkippedRecords()
    assert skipped.look(MirrorProgress(100, LogSpan(0, 100))) == 0
    assert skipped.look(MirrorProgress(100, LogSpan(80, 120))) == 0
    assert skipped.look(MirrorProgress(120, LogSpan(100, 120))) == 0
    assert skipped.look(MirrorProgress(120, LogSpan(120, 120))) == 0


def test_what_left_before_it_was_carried_is_counted_once_also_when_the_mirror_has_gone_on() -> None:
    skipped = SkippedRecords()
    skipped.look(MirrorProgress(100, LogSpan(0, 200)))
    assert skipped.look(MirrorProgress(210, LogSpan(150, 210))) == 50
    assert skipped.look(MirrorProgress(210, LogSpan(150, 210))) == 0


def test_a_mirror_that_stands_still_does_not_lose_the_same_again_with_each_look() -> None:
    skipped = SkippedRecords()
    assert skipped.look(MirrorProgress(0, LogSpan(0, 5))) == 0
    assert [skipped.look(MirrorProgress(0, LogSpan(5, 5))) for _ in range(3)] == [5, 0, 0]


def test_a_mirror_that_was_set_back_may_lose_what_lies_between_once_more() -> None:
    skipped = SkippedRecords()
    skipped.look(MirrorProgress(50, LogSpan(20, 60)))
    assert [skipped.look(MirrorProgress(10, LogSpan(20, 60))) for _ in range(2)] == [10, 0]


def test_a_log_that_was_purged_before_the_first_look_is_told_at_once() -> None:
    assert SkippedRecords().look(MirrorProgress(0, LogSpan(40, 60))) == 40


def test_whatever_happens_no_record_is_lost_uncounted() -> None:
    """Drawn histories: the mirror carries, the log grows and gives up, looks come in between."""
    for seed in range(300):
        draw, skipped = random.Random(seed), SkippedRecords()
        start = end = noted = lost = counted = skipped.look(MirrorProgress(0, LogSpan(0, 0)))
        for _ in range(60):
            end += draw.randrange(10)
            start = max(start, min(end, start + draw.choice((0, 0, 0, 7))))
            if draw.random() < 0.5:
                lost += max(0, start - noted)
                noted = max(noted, start) + draw.randrange(end - max(noted, start) + 1)
            if draw.random() < 0.5:
                counted += skipped.look(MirrorProgress(noted, LogSpan(start, end)))
        counted += skipped.look(MirrorProgress(noted, LogSpan(start, end)))
        assert counted >= lost, f"seed {seed}: {lost} were lost, {counted} were told"


@pytest.mark.parametrize(
    "key",
    [
        None,
        b"",
        b"\xff",
        b"7",
        b"[]",
        b'["mirror-up"]',
        b'["mirror-up", {"topic": "t"}]',
        b'["mirror-up", {"partition": 1, "topic": "t"}]',
        b'["tillstream-cdc", {"server": "tillstream"}]',
        b'{"session-key": 1}',
    ],
)
def test_notes_about_anything_else_are_passed_over(key: bytes | None) -> None:
    assert mirrored_of(key) is None


def test_a_note_names_connector_and_topic() -> None:
    key = json.dumps(["mirror-up", {"cluster": "store", "partition": 0, "topic": "up.a.b"}])
    assert mirrored_of(key.encode()) == Mirrored("mirror-up", "up.a.b")


class FakeConnect:
    """Says what it is told to say, and remembers what it was asked."""

    name = "mirror-up"

    def __init__(self) -> None:
        self.state = "RUNNING"
        self.asked: list[str] = []
        self.connect = self

    def check(self) -> ConnectorFinding:
        if self.state == "AWAY":
            raise ConnectorError("Connect does not answer")
        return ConnectorFinding(self.name, self.state, "its trace", ())

    def tell(self) -> None:
        self.asked.append("tell")

    def restart_failed(self) -> None:
        self.asked.append("restart_failed")

    def restart(self) -> None:
        self.asked.append("restart")


class Tended:
    """A mirror, its Connect, and a clock that somebody turns."""

    def __init__(self, *identities: Path) -> None:
        self.now = 1_000.0
        self.connect = FakeConnect()
        self.registry = CollectorRegistry()
        kept: Any = self.connect
        self.mirror = TendedMirror(
            kept, identities, mirror_metrics(self.registry), lambda: self.now
        )

    def look(self, state: str, later: float = 0.0) -> list[str]:
        """What it asked of Connect in all, once it has looked."""
        self.now += later
        self.connect.state = state
        self.mirror.look()
        return self.connect.asked

    def shown(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"tillstream_mirror_{name}", labels)


def test_a_mirror_that_is_missing_is_defined() -> None:
    assert Tended().look("MISSING") == ["tell"]


def test_a_task_that_failed_is_started_again_though_not_with_every_look() -> None:
    tended = Tended()
    for _ in range(3):
        tended.look("FAILED", later=5)
    assert tended.connect.asked == ["restart_failed"]
    assert tended.look("FAILED", later=AGAIN_SECONDS) == ["restart_failed"] * 2
    assert tended.shown("restarts_total", mirror="mirror-up", reason="failed") == 2
    assert tended.shown("up", mirror="mirror-up") == 0


def test_a_mirror_without_a_task_is_given_time_and_then_started_again() -> None:
    tended = Tended()
    assert tended.look("UNASSIGNED") == []
    assert tended.look("UNASSIGNED", later=IDLE_SECONDS - 1) == []
    assert tended.look("UNASSIGNED", later=2) == ["restart"]


def test_a_mirror_that_found_its_task_meanwhile_is_let_be() -> None:
    tended = Tended()
    tended.look("UNASSIGNED")
    tended.look("RUNNING", later=IDLE_SECONDS / 2)
    assert tended.look("UNASSIGNED", later=IDLE_SECONDS / 2 + 1) == []


@pytest.mark.parametrize("state", ["STOPPED", "PAUSED"])
def test_what_somebody_has_stopped_stays_so(state: str) -> None:
    tended = Tended()
    assert tended.look(state) == tended.look(state, later=1_000) == []
    assert tended.shown("up", mirror="mirror-up") == 0


def test_a_renewed_certificate_is_taken_up_once(tmp_path: Path) -> None:
    own = tmp_path / "own.pem"
    own.write_text("old")
    tended = Tended(own)
    assert tended.look("RUNNING") == []
    own.write_text("new")
    _newer(own)
    assert tended.look("RUNNING", later=60) == ["restart"]
    assert tended.look("RUNNING", later=600) == ["restart"]


def _newer(file: Path) -> None:
    import os

    seconds = file.stat().st_mtime + 10
    os.utime(file, (seconds, seconds))


def test_connect_that_is_away_shows_no_mirror_as_running() -> None:
    tended = Tended()
    tended.look("RUNNING")
    with pytest.raises(ConnectorError):
        tended.look("AWAY")
    assert tended.shown("up", mirror="mirror-up") == 0
