"""A surge: workers that idle on an input until all of it becomes visible at once.

The events are sent within one transaction, which the workers' readers do not see until it is
committed. So none of them has a start before the others, whatever number of them there is.
"""

import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from benchmarks.events import reference_sale
from benchmarks.job import Job
from benchmarks.kafka import APPEND_TIME
from benchmarks.outputs import levels_are_right, read
from benchmarks.run import Bench, Contender, running
from benchmarks.sales import Event, Sales, Shape
from benchmarks.systems import System
from benchmarks.tills import Tills
from benchmarks.usage import peak_mib

SWEEP_LINES = 100
"""Lines of a sale that only fills the state."""

TRANSACTION_MS = 900_000
"""The broker's limit: a large input takes minutes to make."""

SETTLE_SECONDS = 3.0
"""After the last member has its partitions, for their recovery from nothing."""


@dataclass(frozen=True, slots=True)
class Surge:
    """What workers did with one surge; CPU and peak memory are of all workers together."""

    events: int
    lines: int
    events_per_second: float
    cpu_seconds_per_million: float
    peak_memory_mib: float
    correct: bool


class HeldTills(Tills):
    """Tills whose events become visible only when they are released."""

    def __init__(self, bootstrap: str, topic: str, sales: Sales) -> None:
        held = {"transactional.id": topic, "transaction.timeout.ms": TRANSACTION_MS}
        super().__init__(bootstrap, topic, sales, **held)
        self.producer.init_transactions()

    def hold(self, events: Iterable[Event]) -> None:
        """Send, and show nobody."""
        self.producer.begin_transaction()
        self.fill(events)

    def release(self) -> float:
        """Show what was held; the time of it, since 1970."""
        self.producer.commit_transaction()
        return time.time()


def surge(
    bench: Bench, system: System, shape: Shape, sales: int, workers: int, keys_first: bool
) -> Surge:
    """Let ``workers`` of ``system`` work off ``sales``; ``keys_first`` touches every key before."""
    name = f"surge-{time.monotonic_ns()}"
    topic, output = f"{name}-sales", f"{name}-levels"
    bench.broker.create([topic], {"retention.ms": "-1"})
    bench.broker.create([output], APPEND_TIME)
    tills = HeldTills(bench.broker.bootstrap, topic, Sales(shape, reference_sale))
    jobs = [
        Job(bench.broker.bootstrap, name, topic, output, "", str(bench.folder / f"{name}-{number}"))
        for number in range(workers)
    ]
    try:
        with _all_running(bench, system, jobs) as contenders:
            if keys_first:
                tills.hold(tills.sales.sweep(SWEEP_LINES))
                tills.release()
                _wait_until_done(bench, contenders, jobs[0])
            return _measured(bench, tills, contenders, jobs[0], sales)
    finally:
        bench.broker.delete(each for each in bench.broker.topics() if name in each)


def _measured(
    bench: Bench, tills: HeldTills, contenders: Sequence[Contender], job: Job, sales: int
) -> Surge:
    before, lines = tills.sales.messages, 0

    def counted() -> Iterable[Event]:
        nonlocal lines
        for event in tills.sales.take(sales):
            lines += len(event.keys)
            yield event

    tills.hold(counted())
    _wait_until_shared(bench, contenders, job)
    idle = [each.usage().worker for each in contenders]
    released = tills.release()
    _wait_until_done(bench, contenders, job)
    cpu = sum(each.usage().worker for each in contenders) - sum(idle)
    memory = sum(peak_mib(each.process.pid) for each in contenders)
    levels = read(bench.broker, job.output_topic)
    events = tills.sales.messages - before
    return Surge(
        events=events,
        lines=lines,
        events_per_second=events / (levels.last_append - released),
        cpu_seconds_per_million=cpu / events * 1e6,
        peak_memory_mib=memory,
        correct=not levels_are_right(bench.broker, tills.sales, levels),
    )


@contextmanager
def _all_running(
    bench: Bench, system: System, jobs: Sequence[Job]
) -> Generator[Sequence[Contender]]:
    with ExitStack() as stack:
        yield [
            stack.enter_context(running(bench, replace(system, name=job.folder.name), job))
            for job in jobs
        ]


def _wait_until_shared(bench: Bench, contenders: Sequence[Contender], job: Job) -> None:
    contenders[0].wait_until(
        lambda: bench.broker.sharing(job.name) == len(contenders), "has not shared its partitions"
    )
    time.sleep(SETTLE_SECONDS)


def _wait_until_done(bench: Bench, contenders: Sequence[Contender], job: Job) -> None:
    # The last offset of each partition is the mark of a commit, which nobody reads.
    ends = [max(0, end - 1) for end in bench.broker.ends(job.input_topic)]
    contenders[0].wait_done(job, ends)
