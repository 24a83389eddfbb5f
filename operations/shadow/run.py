"""The course of a shadow run.

1. Make the shadow's topics; start its workers, which read every input from its first offset.
2. Again and again: note where the inputs end, read outputs until both sides have committed up to
   there, read outputs to their end, and look at what has not settled.
3. Once nothing is undecided, or when somebody asks to stop: stop the workers, remove everything.
"""

# pyright: reportMissingTypeStubs=false

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from aiokafka.errors import KafkaError

from clients.kafka import KafkaAccess
from following.reader import Reader, opened
from operations.reconcile.progress import group_offsets, lag
from operations.shadow.comparison import Comparison
from operations.shadow.outputs import Outputs
from operations.shadow.sides import COMPARED, Shadow
from topics.registry import INPUTS

LOOKS_MIN = 3
"""Looks before the word is final: what differs must outlast two, the first only takes stock."""

LOOKS_MAX = 10
"""Looks until keys that never stand still are left undecided; more delay the answer."""

LOOK_EVERY_SECONDS = 2.0
"""Rest between two looks: longer than a batch of the workers takes on its way."""

READ_SECONDS = 0.5
"""How long one reading waits for outputs before the lag is asked for again."""

AWAY_SECONDS_MAX = 120.0
"""A broker that starts again is back before; a run of hours should not end with each."""


@dataclass(frozen=True, slots=True)
class ShadowRequest:
    """Where to run which shadow, and until when."""

    kafka: KafkaAccess
    shadow: Shadow
    until_caught_up: bool


@dataclass(slots=True)
class ShadowStanding:
    """How a run stands: records unread by each side as of the last look."""

    comparison: Comparison = field(default_factory=Comparison)
    live_lag: int = 0
    shadow_lag: int = 0
    looks: int = 0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since the start of the run."""
        return time.monotonic() - self.started


Told = Callable[[ShadowStanding], None]
"""Is told now and then how the run stands."""


class ShadowRun:
    """Compares until caught up, or until ``wished`` is set. ``check_workers`` raises
    `CrewStopped` where one has ended."""

    def __init__(
        self, request: ShadowRequest, wished: Event, check_workers: Callable[[], None], told: Told
    ) -> None:
        self.standing = ShadowStanding()
        self._request = request
        self._wished = wished
        self._check_workers = check_workers
        self._told = told
        self._away_since: float | None = None

    async def run(self) -> None:
        """Steps 2; raises `CrewStopped`, or a `KafkaError` where Kafka is away."""
        shadow = self._request.shadow
        topics = [spec.name for spec in COMPARED]
        topics += [shadow.topic(each) for each in topics]
        async with (
            opened(self._request.kafka, [spec.name for spec in INPUTS]) as inputs,
            opened(self._request.kafka, topics) as source,
        ):
            outputs = Outputs(source, shadow, self.standing.comparison)
            while not self._wished.is_set() and not self._is_done():
                await self._look_patiently(inputs, outputs)

    async def _look_patiently(self, inputs: Reader, outputs: Outputs) -> None:
        """A look that Kafka does not answer is made again, unless it stays away for long."""
        try:
            await self._look(inputs, outputs)
        except (KafkaError, TimeoutError):
            self._away_since = self._away_since or time.monotonic()
            if time.monotonic() - self._away_since > AWAY_SECONDS_MAX:
                raise
            await asyncio.to_thread(self._wished.wait, LOOK_EVERY_SECONDS)
        else:
            self._away_since = None

    def _is_done(self) -> bool:
        standing = self.standing
        return (
            self._request.until_caught_up
            and standing.looks >= LOOKS_MIN
            and (standing.comparison.undecided == 0 or standing.looks >= LOOKS_MAX)
        )

    async def _look(self, inputs: Reader, outputs: Outputs) -> None:
        first, ends = await inputs.first_offsets(), await inputs.end_offsets()
        while await self._look_behind(first, ends):
            if self._wished.is_set():
                return
            await outputs.read_on(READ_SECONDS)
        await outputs.read_to_end()
        self.standing.comparison.look()
        self.standing.looks += 1
        self._told(self.standing)
        if not self._is_done():
            await asyncio.to_thread(self._wished.wait, LOOK_EVERY_SECONDS)

    async def _look_behind(
        self, first: dict[tuple[str, int], int], ends: dict[tuple[str, int], int]
    ) -> bool:
        self._check_workers()
        shadow, kafka = self._request.shadow, self._request.kafka
        live_at = await group_offsets(kafka, shadow.live_group)
        shadow_at = await group_offsets(kafka, shadow.application_id)
        self.standing.live_lag = sum(lag(first, ends, live_at).values())
        self.standing.shadow_lag = sum(lag(first, ends, shadow_at).values())
        self._told(self.standing)
        return self.standing.live_lag > 0 or self.standing.shadow_lag > 0
