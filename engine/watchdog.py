"""Ends a worker that has work and makes no progress, with its reason in the log.

Clients and event loops have failed silently before: a fetcher that ended, a recovery that never
did. Nobody restarts a process that merely hangs, so this one ends itself; whoever starts next
carries on. It looks from a thread and an event loop of its own, which the worker cannot block.
"""

import asyncio
import faulthandler
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import structlog
from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from clients import async_kafka
from clients.kafka import KafkaAccess
from engine.app import BatchApp
from engine.clients import KafkaError
from engine.consumer import BatchConsumer
from engine.errors import EngineError
from engine.partition import Progress
from engine.rivals import Rivals
from engine.stalls import PartitionStanding, Stalls

log = structlog.get_logger()

STALL_SECONDS = 90.0
"""Without progress for so long, a worker ends. A rebalance may rightly take a minute
(``broker_rebalance_timeout``), and so may a broker that starts; a shop must not be without
figures for many minutes."""

LOOKS_PER_STALL = 18
"""A look every 5 s: each asks the broker for the ends of the partitions held. More often is load
for nothing, more rarely makes the metric coarse."""

ANSWER_SECONDS = 10.0
"""A broker that takes longer to say where partitions end counts as away."""

STOP_SECONDS = 5.0
"""For a look that is under way when the worker stops: it may get no answer any more."""

LAST_RESORT_SECONDS = 3 * STALL_SECONDS
"""A thread in C that holds the interpreter's lock stops this watchdog too; the timer below it
needs no lock, cannot log, and ends the process with status 1."""


class Stalled(EngineError):
    """A partition has something to do and did not get on, though the broker answers."""


class LoopHangs(EngineError):
    """The event loop of the worker has run nothing for long; the stack is in the text."""


class Watchdog:
    """Watches one app from a thread of its own; ``stop_now`` must end the process."""

    def __init__(
        self,
        app: BatchApp,
        kafka: KafkaAccess,
        stop_now: Callable[[BaseException], None],
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._app = app
        self._kafka = kafka
        self._stop_now = stop_now
        self._stall_seconds = stall_seconds
        self._stalls = Stalls()
        self._rivals = Rivals(app.conf.consumer_group_instance_id or "")
        self._loop_ran_at = time.monotonic()
        self._client: Any = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
        self.kafka_answers = True

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no more; a thread that still runs when the interpreter goes may crash it."""
        self._stopped.set()
        self._thread.join(STOP_SECONDS)

    def stalled_seconds(self) -> dict[int, float]:
        """By partition: how long it has had work and made no progress."""
        return self._stalls.seconds(time.monotonic())

    def _run(self) -> None:
        try:
            # The plain loop, whatever the worker uses: it is not what is to be watched.
            with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
                runner.run(self._watch())
        except Exception as error:
            # A worker that stops closes its loops while this one may be asking them.
            if not (self._stopped.is_set() or self._app.should_stop):
                self._stop_now(error)

    async def _watch(self) -> None:
        pause_seconds = self._stall_seconds / LOOKS_PER_STALL
        while not self._stopped.is_set() and not self._app.should_stop:
            faulthandler.dump_traceback_later(LAST_RESORT_SECONDS, exit=True)
            consumer = self._app.batch_consumer
            if consumer is not None:
                self._check_loop(consumer)
                await self._look(consumer)
            await asyncio.to_thread(self._stopped.wait, pause_seconds)
        faulthandler.cancel_dump_traceback_later()
        if self._client is not None:
            await self._client.stop()

    def _check_loop(self, consumer: BatchConsumer) -> None:
        now = time.monotonic()
        silent_seconds = now - self._loop_ran_at
        if silent_seconds > self._stall_seconds:
            self._stop_now(
                LoopHangs(f"the event loop has run nothing for {silent_seconds:.0f} s:\n{_stack()}")
            )
        consumer.loop.call_soon_threadsafe(self._note_that_the_loop_runs)

    def _note_that_the_loop_runs(self) -> None:
        self._loop_ran_at = time.monotonic()

    async def _look(self, consumer: BatchConsumer) -> None:
        held = _assigned(consumer)
        if held:
            self._rivals.look(consumer.member_id, time.monotonic())
        ends = await self._ends(held)
        now = time.monotonic()
        if ends is None:
            self._stalls.excuse(now)
            return
        read = await consumer.read_up_to(held, ANSWER_SECONDS) if held else {}
        self._stalls.look(_standings(self._app, held, ends, read), time.monotonic())
        longest = self._stalls.longest(time.monotonic())
        if longest is not None and longest[1] > self._stall_seconds:
            self._stop_now(Stalled(_reason(*longest)))

    async def _ends(self, held: list[TP]) -> dict[TP, int] | None:
        """Where the partitions end, by a client of its own; None where the broker is away."""
        if not held:
            return {}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                ends: dict[TP, int] = await (await self._connect()).end_offsets(held)
        except (KafkaError, TimeoutError):
            self._tell_whether(kafka_answers=False)
            return None
        self._tell_whether(kafka_answers=True)
        return ends

    async def _connect(self) -> Any:
        if self._client is None:
            client = async_kafka.consumer(self._kafka, isolation_level="read_committed")
            await client.start()
            self._client = client
        return self._client

    def _tell_whether(self, *, kafka_answers: bool) -> None:
        if kafka_answers != self.kafka_answers:
            self.kafka_answers = kafka_answers
            log.warning(
                "Kafka answers again" if kafka_answers else "Kafka does not answer: waiting for it"
            )


def _assigned(consumer: BatchConsumer) -> list[TP]:
    try:
        return sorted(consumer.assignment())
    except ConsumerNotStarted:
        return []


def _standings(
    app: BatchApp, held: list[TP], ends: Mapping[TP, int], read: Mapping[TP, int]
) -> Iterator[PartitionStanding]:
    work, opening = dict(app.flow.work), dict(app.flow.opening)
    for partition in sorted({tp.partition for tp in held}):
        if partition in work:
            lag = {
                tp: ends[tp] - read.get(tp, 0)
                for tp in held
                if tp.partition == partition and ends[tp] > read.get(tp, 0)
            }
            yield _at_work(partition, work[partition].progress, lag, read)
        else:
            yield _not_yet(partition, opening)


def _at_work(
    partition: int, done: Progress, lag: Mapping[TP, int], read: Mapping[TP, int]
) -> PartitionStanding:
    uncommitted = done.records - done.committed
    if uncommitted:
        facts = f"{uncommitted} records folded and not committed"
        return PartitionStanding(partition, "commit", (done.commits,), facts)
    if done.stage == "restating":
        return PartitionStanding(partition, "commit", (done.commits,), "says anew all that stands")
    if done.fetched:
        facts = f"{done.fetched} records fetched and not folded"
        return PartitionStanding(partition, "fold", (done.records,), facts)
    marks = (done.records, *(read.get(tp, 0) for tp in lag))
    facts = ", ".join(
        f"{tp.topic} at {read.get(tp, 'an unknown offset')}, {records} behind"
        for tp, records in lag.items()
    )
    return PartitionStanding(partition, "fetch" if lag else "nothing", marks, facts)


def _not_yet(partition: int, opening: Mapping[int, Progress]) -> PartitionStanding:
    done = opening.get(partition)
    if done is None:  # partitions open one after the other: another's progress is its own
        marks = tuple(part for each in opening.values() for part in _recovery(each))
        return PartitionStanding(
            partition, "assignment", marks, "not taken up since its assignment"
        )
    waits_for = "recovery" if done.fenced else "fence"
    return PartitionStanding(
        partition, waits_for, _recovery(done), f"{done.recovered} records recovered"
    )


def _recovery(done: Progress) -> tuple[int, int]:
    return int(done.fenced), done.recovered


def _reason(standing: PartitionStanding, seconds: float) -> str:
    return (
        f"partition {standing.partition} waits for {standing.waits_for} and has made no progress "
        f"for {seconds:.0f} s, though Kafka answers: {standing.facts}"
    )


def _stack() -> str:
    """Where the main thread is; the worker's event loop runs in it."""
    main = threading.main_thread().ident or 0
    frames = sys._current_frames()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return "".join(traceback.format_stack(frames.get(main)))
