"""The course of a reconciliation: wait for the readers, look, and look again.

1. Wait until the workers have read what the inputs hold now, and the sink what the topics hold
   then. What is still unread after the wait is a finding in itself.
2. Compare everything.
3. Look again at the locations of what differed. In a live stack rows are on their way: only
   what stood still between two looks is a difference.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.postgres.sink.batch import FLOWS
from connectors.postgres.sink.derived import DERIVED_BY_TOPIC
from following.reader import Reader, opened
from operations.generations.log import live
from operations.generations.standing import state_id
from operations.reconcile import decisions
from operations.reconcile.causes import explained
from operations.reconcile.difference import Differences, FigureDifference, moving, settled
from operations.reconcile.progress import (
    group_offsets,
    lag,
    lag_differences,
    places_of,
    sink_offsets,
)
from operations.reconcile.tables import (
    COMPARISONS,
    Connection,
    Locations,
    tills_against_counted,
)
from operations.reconcile.topics import Told, TopicView, rows_against_topics
from topics.registry import INPUTS

LOOKS_MAX = 4
"""Looks at what differed. Fewer take a busy row for a wrong one; more delay the answer."""

PAUSE_SECONDS = 1.0
"""Between two looks: longer than a batch of the workers and one of the sink take together."""

POLL_SECONDS = 0.25
"""Between two looks at offsets while readers catch up."""


Behind = dict[tuple[str, int], int]
"""Unread records by (topic, partition), where there are any."""


@dataclass(frozen=True, slots=True)
class ReconcileRequest:
    """What to compare. ``application_id`` is the workers'; ``location`` is empty for all;
    ``wait_seconds`` bounds the catching up."""

    kafka: KafkaAccess
    postgres: PostgresAccess
    application_id: str
    location: str
    wait_seconds: float


@dataclass(frozen=True, slots=True)
class ReconcileOutcome:
    """Differences that stood still, how many keys moved too fast to be judged, and how many records
    of derived topics are not what their contract says."""

    differences: list[FigureDifference]
    moving: int
    malformed: int = 0


async def reconcile(request: ReconcileRequest, told: Told) -> ReconcileOutcome:
    """Compare; raises `KafkaError`, `KafkaAway` or `psycopg.Error` where a side cannot be read."""
    inputs = [spec.name for spec in INPUTS]
    with request.postgres.connect(autocommit=True, connect_timeout=5) as connection:
        async with opened(request.kafka, inputs) as source:
            behind = await _caught_up(request, connection, source, told)
        async with opened(request.kafka, DERIVED_BY_TOPIC) as source:
            view = TopicView(source, told)
            look = _Look(request.kafka, connection, view, told)
            outcome = await _looks(look, request.location, told)
    differences = explained(outcome.differences, behind=bool(behind))
    malformed = sum(newest.misfits_met for newest in view.newest.values())
    return ReconcileOutcome([*behind.values(), *differences], outcome.moving, malformed)


async def _caught_up(
    request: ReconcileRequest, connection: Connection, inputs: Reader, told: Told
) -> Differences:
    """Step 1; what is unread when the time is up."""
    deadline = time.monotonic() + request.wait_seconds
    first, ends = await inputs.first_offsets(), await inputs.end_offsets()

    generation = await asyncio.to_thread(live, request.kafka, request.application_id)
    group = state_id(request.application_id, generation)

    async def workers_lag() -> Behind:
        return lag(first, ends, await group_offsets(request.kafka, group))

    workers = await _wait(workers_lag, deadline, "waiting for the workers", told)
    async with opened(request.kafka, DERIVED_BY_TOPIC) as outputs:
        sink_first = {**await outputs.first_offsets(), **places_of(FLOWS[0], first)}
        sink_ends = {**await outputs.end_offsets(), **places_of(FLOWS[0], ends)}

    async def sink_lag() -> Behind:
        return lag(sink_first, sink_ends, sink_offsets(connection))

    sink = await _wait(sink_lag, deadline, "waiting for the sink", told)
    return {**lag_differences("workers", workers), **lag_differences("sink", sink)}


async def _wait(
    lag_now: Callable[[], Awaitable[Behind]], deadline: float, doing: str, told: Told
) -> Behind:
    behind = await lag_now()
    most = sum(behind.values())
    while behind and time.monotonic() < deadline:
        told(doing, most - sum(behind.values()), most)
        await asyncio.sleep(POLL_SECONDS)
        behind = await lag_now()
    return behind


async def _looks(look: "_Look", location: str, told: Told) -> ReconcileOutcome:
    """Steps 2 and 3."""
    suspects = await look.at([location] if location else None)
    found: Differences = {}
    for _ in range(LOOKS_MAX):
        if not suspects:
            break
        told("looking again at what differed", 0, len(suspects))
        await asyncio.sleep(PAUSE_SECONDS)
        places = sorted({difference.location_id for difference in suspects.values()})
        again = await look.at(places)
        found.update(settled(suspects, again))
        suspects = moving(suspects, again)
    return ReconcileOutcome(list(found.values()), moving=len(suspects))


@dataclass(frozen=True, slots=True)
class _Look:
    """All comparisons, at one moment."""

    kafka: KafkaAccess
    connection: Connection
    view: TopicView
    told: Told

    async def at(self, locations: Locations) -> Differences:
        """What differs now, at these locations."""
        found: Differences = {}
        for compare in COMPARISONS:
            self.told(compare.__name__.replace("_", " "), 0, 0)
            found.update(compare(self.connection, locations))
        decided = await asyncio.to_thread(decisions.load, self.kafka)
        found.update(tills_against_counted(self.connection, locations, decided))
        await self.view.catch_up()
        found.update(rows_against_topics(self.connection, self.view, locations, self.told))
        return found
