"""PostgreSQL as the worker uses it: offsets, deliveries and claims, over one connection."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import sql
from psycopg.rows import class_row

from clients.postgres import PostgresAccess
from clients.statements import statement
from connectors.webhooks.notices import Notice
from following.offsets import Offsets
from following.postgres import Connection, connection_to
from following.records import Positions

CONSUMER = "webhooks"
"""Whose offsets these are."""

OFFSETS = "webhook_offsets"

STATEMENT_SECONDS = 15
"""How long one statement may take, a wait for a lock included. A claim that is written later than
its worker believes could be sent by two."""

DELIVERIES_DAYS = 7
"""How long a delivery is kept to be looked at: a week's question "did you send it?"."""

VERSIONS_DAYS = 90
"""Between two looks whether the item of a version is still there. More keeps versions of items
that have left; less looks at all of them again and again."""

FORGOTTEN_MAX = 5_000
"""Rows of each kind that go in one pass, in a fraction of a second: claims wait meanwhile. With
fewer, what hangs endpoints for weeks could make more than goes."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One message that this worker is to send now; ``attempts`` counts this one."""

    delivery_id: int
    endpoint_id: str
    url: str
    secret: str
    message_id: str
    body: str
    attempts: int


@dataclass(frozen=True, slots=True)
class DeliveryOutcome:
    """What came of an attempt. ``status`` is the answer's, None where there was none.

    ``error`` is empty where the endpoint took the message; else ``wait_seconds`` says when to try
    again, and None to give up.
    """

    delivery_id: int
    attempts: int
    status: int | None
    error: str
    wait_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class EndpointStanding:
    """How an endpoint stands; ``oldest_seconds`` is the age of the oldest message that waits."""

    endpoint_id: str
    waiting: int
    oldest_seconds: float
    dead_letters: int


class WebhookStore:
    """The tables of webhooks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.offsets = Offsets(connection, OFFSETS, CONSUMER)

    async def versions(self, subjects: Collection[str]) -> dict[str, int]:
        """The newest version that was taken in of each of ``subjects``."""
        values = {"subjects": list(subjects)}
        cursor = await self._connection.execute(query("read_versions"), values)
        return {str(subject): int(version) for subject, version in await cursor.fetchall()}

    async def take_in(self, fresh: Sequence[Notice], was: Positions, now: Positions) -> None:
        """Deliveries to all endpoints, versions and offsets, all or none; raises `Overtaken`."""
        async with self._connection.transaction():
            await self.offsets.move(was, now)
            if fresh:
                values = {
                    "messages": [notice.message_id for notice in fresh],
                    "subjects": [notice.subject for notice in fresh],
                    "versions": [notice.version for notice in fresh],
                    "bodies": [notice.body for notice in fresh],
                }
                await self._connection.execute(query("note_versions"), values)
                await self._connection.execute(query("enqueue"), values)

    async def claim(
        self, busy: Mapping[str, int], in_flight_max: int, claim_seconds: float
    ) -> list[Claim]:
        """What is due now, in order for each alert, as far as each endpoint has room.

        ``busy`` says how many messages are on their way to an endpoint.
        """
        values = {
            "endpoints": list(busy),
            "busy": list(busy.values()),
            "in_flight_max": in_flight_max,
            "claim_seconds": claim_seconds,
        }
        async with self._connection.cursor(row_factory=class_row(Claim)) as cursor:
            await cursor.execute(query("claim"), values)
            return await cursor.fetchall()

    async def settle(self, outcomes: Sequence[DeliveryOutcome]) -> None:
        """Note what came of attempts: delivered, to be tried again, or given up."""
        async with self._connection.transaction():
            for outcome in outcomes:
                await self._connection.execute(query(_settling(outcome)), _values(outcome))

    async def standings(self) -> list[EndpointStanding]:
        """How each endpoint stands."""
        async with self._connection.cursor(row_factory=class_row(EndpointStanding)) as cursor:
            await cursor.execute(query("standings"))
            return await cursor.fetchall()

    async def forget(self, letter_days: int) -> dict[str, int]:
        """Drop some of what is older than it is kept, dead letters after ``letter_days``.

        How many of those went, by endpoint: nobody had sent them again.
        """
        for name, days in (("forget", DELIVERIES_DAYS), ("forget_versions", VERSIONS_DAYS)):
            await self._connection.execute(query(name), {"days": days, "most": FORGOTTEN_MAX})
        values = {"days": letter_days, "most": FORGOTTEN_MAX}
        cursor = await self._connection.execute(query("forget_dead_letters"), values)
        return {str(endpoint): int(letters) for endpoint, letters, _ in await cursor.fetchall()}


def query(name: str) -> sql.SQL:
    """The statement in ``sql/<name>.sql``."""
    return statement(__file__, name)


def _settling(outcome: DeliveryOutcome) -> str:
    if not outcome.error:
        return "delivered"
    return "give_up" if outcome.wait_seconds is None else "try_again"


def _values(outcome: DeliveryOutcome) -> dict[str, Any]:
    return {
        "delivery_id": outcome.delivery_id,
        "attempts": outcome.attempts,
        "status": outcome.status,
        "error": outcome.error,
        "wait_seconds": outcome.wait_seconds,
    }


@asynccontextmanager
async def connected(postgres: PostgresAccess) -> AsyncGenerator[WebhookStore]:
    """A store over a connection of its own; raises `psycopg.OperationalError` where none is had."""
    async with connection_to(postgres, "tillstream-webhooks", STATEMENT_SECONDS) as connection:
        yield WebhookStore(connection)
