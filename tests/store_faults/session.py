"""One run: a stack with a store of its own, tills of that store, faults, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.stack import OwnStack
from tests.till_faults.injection import Injection
from tests.till_faults.schedule import TillFault
from tests.till_faults.session import TillReport, TillSession
from tests.till_faults.verdict import Tills

from .bookings import Bookings
from .injection import StoreInjection
from .verdict import judge_store


@dataclass
class StoreReport(TillReport):
    """What happened, for the last line."""

    booked: int = 0

    def as_json(self) -> dict[str, Any]:
        """See `TillReport.as_json`; ``booked`` are deliveries."""
        return {**super().as_json(), "booked": self.booked}


class StoreSession(TillSession):
    """Everything of one run in a store."""

    stack_options = ("--stores", "1")

    def __init__(
        self, seed: int, minutes: float, tills: int, faults: Sequence[TillFault], home: Path
    ) -> None:
        super().__init__(seed, minutes, tills, faults, home)
        self.report: StoreReport = StoreReport(seed)
        self._bookings: Bookings
        self._store: dict[str, Any] = {}

    def store_of(self, status: dict[str, Any]) -> dict[str, Any]:
        """The one with a Kafka of its own."""
        self._store = next(each for each in status["stores"] if each["kafka"] != status["kafka"])
        return self._store

    def injection(self, stack: OwnStack, location_id: str, tills: Tills) -> Injection:
        """Also begins to book: all is up, and nothing is broken yet."""
        seed = f"bookings-{self.report.seed}"
        self._bookings = Bookings(self._store["postgres"], location_id, seed)
        self._bookings.start()
        return StoreInjection(stack, location_id, tills)

    def judge(self, stack: OwnStack, location_id: str, tills: Tills) -> None:
        """Compare customers and bookings with the centre, and the store with it."""
        self._bookings.stop()
        self.report.booked = self._bookings.deliveries
        booked = self._bookings.booked
        judge_store(stack, self._store["postgres"], location_id, tills, booked, self.report.verdict)
