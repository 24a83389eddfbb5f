"""Claims what is due and sends it; what came of it is noted before more is claimed.

Sending touches no database and claiming no endpoint: PostgreSQL may go away while messages are
under way, and what came of them is noted when it is back.
"""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from clients.postgres import PostgresAccess
from connectors.webhooks.metrics import WebhookMetrics
from connectors.webhooks.policy import DeliveryPolicy
from connectors.webhooks.sending import Sender
from connectors.webhooks.store import Claim, DeliveryOutcome, WebhookStore, connected
from following.outage import Outage
from following.postgres import POSTGRES_AWAY

IDLE_SECONDS = 0.5
"""Between two looks for what has come due. A look is one short query for each endpoint."""

SHOW_SECONDS = 5.0
"""Between two counts of what waits; below the usual scrape interval of 15 s."""

FORGET_SECONDS = 600.0
"""Between two looks for what is older than it is kept."""


class Dispatcher:
    """Sends what is due until ``stopping`` is set; ``woken`` tells it that there is news."""

    def __init__(
        self,
        postgres: PostgresAccess,
        sender: Sender,
        policy: DeliveryPolicy,
        metrics: WebhookMetrics,
        stopping: asyncio.Event,
        woken: asyncio.Event,
    ) -> None:
        self._postgres = postgres
        self._sender = sender
        self._policy = policy
        self._metrics = metrics
        self._stopping = stopping
        self._woken = woken
        self._log: Any = structlog.get_logger("tillstream.webhooks")
        self._database = Outage("postgres", metrics.database_up, self._log)
        self._under_way: dict[asyncio.Task[None], str] = {}
        self._outcomes: list[DeliveryOutcome] = []
        self._show_due = 0.0
        self._forget_due = 0.0

    async def run(self) -> None:
        """Until stopped; then what is under way is finished and noted."""
        try:
            while not self._stopping.is_set():
                await self._connected(self._dispatch)
        finally:
            await asyncio.gather(*self._under_way)
            await self._connected(self._settle)

    async def _connected(self, work: Callable[[WebhookStore], Awaitable[None]]) -> None:
        try:
            async with connected(self._postgres) as store:
                await work(store)
        except POSTGRES_AWAY as fault:
            await self._database.wait(fault, self._stopping)

    async def _dispatch(self, store: WebhookStore) -> None:
        while not self._stopping.is_set():
            self._woken.clear()
            await self._settle(store)
            for claim in await self._claim(store):
                self._start(claim)
            await self._keep_house(store)
            self._database.note_answer()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), IDLE_SECONDS)

    async def _settle(self, store: WebhookStore) -> None:
        settled = list(self._outcomes)
        if settled:
            await store.settle(settled)
            del self._outcomes[: len(settled)]

    async def _claim(self, store: WebhookStore) -> list[Claim]:
        busy = Counter(self._under_way.values())
        policy = self._policy
        return await store.claim(busy, policy.in_flight_max, policy.claim_seconds)

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(self._send(claim))
        self._under_way[task] = claim.endpoint_id
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        self._woken.set()

    async def _send(self, claim: Claim) -> None:
        answer = await self._sender.send(
            claim.url, claim.secret, claim.message_id, claim.body.encode()
        )
        wait_seconds = self._policy.wait_seconds(claim.attempts) if answer.error else None
        self._outcomes.append(
            DeliveryOutcome(
                claim.delivery_id, claim.attempts, answer.status, answer.error, wait_seconds
            )
        )
        self._tell(claim, answer.error, wait_seconds)
        self._metrics.attempt_seconds.observe(answer.seconds)

    def _tell(self, claim: Claim, error: str, wait_seconds: float | None) -> None:
        result = "delivered" if not error else "failed" if wait_seconds is not None else "given_up"
        self._metrics.attempts.labels(claim.endpoint_id, result).inc()
        if error:
            self._log.warning(
                f"webhook_{result}",
                endpoint=claim.endpoint_id,
                message=claim.message_id,
                attempt=claim.attempts,
                cause=error,
                again_in_seconds=wait_seconds and round(wait_seconds, 1),
            )

    async def _keep_house(self, store: WebhookStore) -> None:
        now = time.monotonic()
        if now >= self._show_due:
            self._metrics.show(await store.standings())
            self._show_due = now + SHOW_SECONDS
        if now >= self._forget_due:
            self._forget_due = now + FORGET_SECONDS
            await self._forget(store)

    async def _forget(self, store: WebhookStore) -> None:
        for endpoint, letters in (await store.forget(self._policy.letter_days)).items():
            self._log.warning("dead_letters_forgotten", endpoint=endpoint, letters=letters)
