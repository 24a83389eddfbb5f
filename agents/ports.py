"""What the agents ask of who runs them: the rules that are settings, and somewhere to count."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rules:
    """What may differ between companies, and between the centre and a store.

    An open cart without an event for ``cart_timeout`` is forgotten. ``default_hysteresis`` is in
    base units, for assortment rows that name none. ``inputs`` are the topics that take the place
    of inputs on this cluster, by the usual name.
    """

    cart_timeout: timedelta
    default_hysteresis: int
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])

    def topic_of(self, name: str) -> str:
        """Where the input that is usually called ``name`` lies."""
        return self.inputs.get(name, name)

    @property
    def cart_timeout_us(self) -> int:
        """In microseconds, as events are told."""
        return self.cart_timeout // timedelta(microseconds=1)


@dataclass(slots=True)
class Counts:
    """What one committed batch of one partition brought.

    Counted since the last commit: ``events`` (new ones, by type), ``duplicates``, ``forks``
    (numbers that came with another content), ``late`` (new, but after a later one of the same
    till), ``unknown_location`` (new, of a location that the database has not named yet),
    ``clock_ahead`` (new, from the future), ``gaps_opened`` (jumps), ``gaps_healed`` (missing events
    that arrived), ``dead_letters`` by (topic, reason), ``receipts`` and ``net_sales_minor`` (totals
    minus refunds; may be negative) by location. ``oldest_at_us`` and ``newest_at_us`` are the
    credible times of the batch's new events, in microseconds since 1970; None without any.

    As they stand now, for locations where they changed: ``newest_event_seconds`` (credible, since
    1970) and ``raised_alerts``.
    """

    events: dict[str, int] = field(default_factory=dict[str, int])
    duplicates: int = 0
    forks: int = 0
    late: int = 0
    unknown_location: int = 0
    clock_ahead: int = 0
    gaps_opened: int = 0
    gaps_healed: int = 0
    dead_letters: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    receipts: dict[str, int] = field(default_factory=dict[str, int])
    net_sales_minor: dict[str, int] = field(default_factory=dict[str, int])
    oldest_at_us: int | None = None
    newest_at_us: int | None = None
    newest_event_seconds: dict[str, float] = field(default_factory=dict[str, float])
    raised_alerts: dict[str, int] = field(default_factory=dict[str, int])

    def note_event(self, name: str, at_us: int) -> None:
        """Count a new event, believed to be of ``at_us``."""
        self.events[name] = self.events.get(name, 0) + 1
        if self.oldest_at_us is None or self.newest_at_us is None:
            self.oldest_at_us = self.newest_at_us = at_us
        elif at_us > self.newest_at_us:
            self.newest_at_us = at_us
        elif at_us < self.oldest_at_us:
            self.oldest_at_us = at_us

    def note_sales(self, location_id: str, receipts: int, net_minor: int) -> None:
        """Count receipts, and what they and returns brought."""
        self.receipts[location_id] = self.receipts.get(location_id, 0) + receipts
        self.net_sales_minor[location_id] = self.net_sales_minor.get(location_id, 0) + net_minor

    def note_letter(self, topic: str, reason: str) -> None:
        """Count a dead letter."""
        self.dead_letters[topic, reason] = self.dead_letters.get((topic, reason), 0) + 1


class Tally(Protocol):
    """Keeps the counts of all partitions, for the metrics."""

    def add(self, partition: int, counts: Counts) -> None:
        """Add a batch's counts; called once when a partition starts, then once per commit."""
        ...


class Counting:
    """The counts of the open batch, shared by the folds of one partition."""

    def __init__(self) -> None:
        self.now = Counts()

    def take(self) -> Counts:
        """What was counted; counting starts again from nothing."""
        taken, self.now = self.now, Counts()
        return taken
