"""How long the sink waits for a service, and how often it says so."""

from collections.abc import Callable

import pytest

from following import outage
from following.outage import LONGEST_WAIT_SECONDS, Outage


class Lamp:
    """A gauge."""

    value = -1.0

    def set(self, value: float) -> None:
        """Light it or not."""
        self.value = value


class Notebook:
    """A log that remembers what it was told."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def bind(self, **_: object) -> "Notebook":
        """The same notebook."""
        return self

    def warning(self, event: str, **_: object) -> None:
        """Note it."""
        self.events.append(event)

    info = warning


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the outage's clock to a second."""

    def move(seconds: float) -> None:
        monkeypatch.setattr(outage.time, "monotonic", lambda: seconds)

    move(0.0)
    return move


def test_an_outage_is_told_once_and_again_at_long_intervals(clock: Callable[[float], None]) -> None:
    log, lamp = Notebook(), Lamp()
    away = Outage("postgres", lamp, log)
    for second in range(130):
        clock(float(second))
        away.note_failure(ConnectionError("no route"))
    assert lamp.value == 0
    away.note_answer()
    away.note_answer()
    assert log.events == [
        "service_away",
        "service_still_away",
        "service_still_away",
        "service_back",
    ], "an outage must not drown the log that explains it"
    assert lamp.value == 1


def test_waits_grow_to_a_limit_and_start_anew_after_the_outage() -> None:
    away = Outage("postgres", Lamp(), Notebook())
    waits = [away.note_failure(ConnectionError()) for _ in range(12)]
    assert max(waits[:2]) < waits[-1] <= LONGEST_WAIT_SECONDS
    away.note_answer()
    assert away.note_failure(ConnectionError()) < LONGEST_WAIT_SECONDS / 10
