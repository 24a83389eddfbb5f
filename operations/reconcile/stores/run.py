"""The course of a comparison of stores: look at each, and again at what differed.

In a live stack rows are on their way: only what stood still between two looks is a difference.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from operations.reconcile.difference import Differences, FigureDifference, settled
from operations.reconcile.run import PAUSE_SECONDS
from operations.reconcile.stores.comparing import (
    StoreFindings,
    compare_levels,
    compare_movements,
    compare_numbered,
    compare_rows,
    compare_totals,
    note_tills_behind,
    paired,
)
from operations.reconcile.stores.feeds import said
from operations.reconcile.stores.reading import StoreSide
from operations.reconcile.topics import Told

CONNECT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class ComparedStore:
    """A store with a database of its own."""

    location_id: str
    postgres: PostgresAccess


@dataclass(frozen=True, slots=True)
class StoresRequest:
    """What to compare. ``wait_seconds`` bounds how long what differs may take to settle."""

    kafka: KafkaAccess
    centre: PostgresAccess
    stores: Sequence[ComparedStore]
    wait_seconds: float


@dataclass(frozen=True, slots=True)
class StoreOutcome:
    """Of one store: differences that stood still, and how much either side will hear of."""

    location_id: str
    differences: list[FigureDifference]
    not_sent: int
    not_told: int

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain values."""
        return {
            "location_id": self.location_id,
            "differences": [each.to_json() for each in self.differences],
            "not_yet_sent_to_store": self.not_sent,
            "not_yet_told_to_centre": self.not_told,
        }


def reconcile_stores(request: StoresRequest, told: Told) -> list[StoreOutcome]:
    """Compare; raises `KafkaAway`, or ``psycopg.Error`` where a side cannot be read."""
    outcomes: list[StoreOutcome] = []
    for number, store in enumerate(request.stores, 1):
        told(f"comparing {store.location_id}", number, len(request.stores))
        outcomes.append(_of(request, store))
    return outcomes


def _of(request: StoresRequest, store: ComparedStore) -> StoreOutcome:
    with (
        request.centre.connect(autocommit=True, connect_timeout=CONNECT_SECONDS) as centre,
        store.postgres.connect(autocommit=True, connect_timeout=CONNECT_SECONDS) as own,
    ):
        sides = StoreSide(centre, store.location_id), StoreSide(own, store.location_id)
        findings, standing = _look(request.kafka, *sides), None
        deadline = time.monotonic() + request.wait_seconds
        while findings.found and standing != findings.found and time.monotonic() < deadline:
            time.sleep(PAUSE_SECONDS)
            before, findings = findings, _look(request.kafka, *sides)
            standing = settled(before.found, findings.found)
    return _outcome(findings, findings.found if standing is None else standing)


def _outcome(findings: StoreFindings, standing: Differences) -> StoreOutcome:
    differences = [standing[place] for place in sorted(standing)]
    return StoreOutcome(findings.location_id, differences, findings.not_sent, findings.not_told)


def _look(kafka: KafkaAccess, centre: StoreSide, store: StoreSide) -> StoreFindings:
    """The store first: what comes to the centre meanwhile is there, and not too little."""
    findings = StoreFindings(store.location_id)
    rows, applied = store.rows(), store.applied()
    compare_rows(findings, centre.rows(), rows, said(kafka, store.location_id, applied))
    own = store.windows()
    heard = centre.windows()
    note_tills_behind(findings, heard, own)
    receipts = paired(centre.scan("receipts"), store.scan("receipts"), 3)
    compare_numbered(findings, "store-sales", receipts, heard)
    effects = paired(centre.scan("effects"), store.scan("effects"), 4)
    compare_numbered(findings, "store-effects", effects, heard)
    compare_movements(findings, paired(centre.scan("movements"), store.scan("movements"), 2))
    compare_levels(findings, paired(centre.scan("levels"), store.scan("levels"), 1))
    compare_totals(findings, paired(centre.scan("totals"), store.scan("totals"), 2))
    return findings
