"""What the board reads from, and whether it answers: told in words on every page."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from dashboards.board.wording.words import DEFAULT_WORDS, Words


@dataclass(frozen=True, slots=True)
class Wording:
    """How an outage is told: the service by name, and what it means for who reads the page."""

    name: str
    consequence: str


DATABASE = Wording(
    "PostgreSQL",
    "Changes still arrive from Kafka. Stock is shown as last known; "
    "names and rows that nobody has looked at lately may be missing.",
)

STREAM = Wording("Kafka", "Figures are as last known and do not move until it answers again.")


CHANGE_STREAM = Wording(
    "Kafka, for changes of products, locations and assortment,",
    "Whether a change was published is not known until it answers again.",
)


class FeedSource:
    """One service: away since when and why, or answering."""

    def __init__(self, told: Wording, changed: Callable[[], None]) -> None:
        self._told = told
        self._changed = changed
        self._log: Any = structlog.get_logger("tillstream.board").bind(service=told.name)
        self.away_since: datetime | None = None
        self.cause = ""

    def away(self, cause: BaseException | str) -> None:
        """Note that it does not answer; the first time since it did is what is told."""
        if self.away_since is None:
            self.away_since = datetime.now(UTC)
            self.cause = _line(cause)
            self._log.warning("service_away", cause=self.cause, then="last known state is shown")
            self._changed()

    def back(self) -> None:
        """Note that it answers."""
        if self.away_since is not None:
            self._log.info("service_back", since=self.away_since.isoformat())
            self.away_since, self.cause = None, ""
            self._changed()

    def notice(self, now: datetime, words: Words = DEFAULT_WORDS) -> str | None:
        """The outage in words, or None."""
        if self.away_since is None:
            return None
        since = words.clock_with_zone(self.away_since, UTC, now)
        return f"{self._told.name} does not answer since {since}. {self._told.consequence}"


def _line(cause: BaseException | str) -> str:
    return " ".join(str(cause).split()) or type(cause).__name__
