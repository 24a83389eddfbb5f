"""One run of one contender: started, timed over the whole input, checked, and removed."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from benchmarks.ages import Ages, measure_ages
from benchmarks.job import Job
from benchmarks.jobs import KINDS, Kind
from benchmarks.kafka import Broker, Progress
from benchmarks.outputs import Output, read
from benchmarks.result import Result
from benchmarks.systems import System
from benchmarks.tills import Tills
from benchmarks.usage import Usage, peak_mib, usage
from tillstream.settings import HOME

POLL_SECONDS = 0.1
"""Between two questions whether all is committed: rarer adds idle time to a run's CPU, more
often takes CPU from it."""

LIMIT_SECONDS = 300
"""A run that has not committed all its input by then has failed."""

STOP_SECONDS = 20
"""Between asking a contender to stop and killing it."""

LOG_TAIL = 20


class RunFailed(RuntimeError):
    """A contender ended early or did not finish; the text holds the end of its log."""


class Contender:
    """A contender's process; its output goes to a log, and its first events start the clock."""

    def __init__(self, system: System, job: Job, log: Path, broker: Broker) -> None:
        self._system = system
        self._log = log
        self._broker = broker
        self._has_begun = system.begins()
        self._began: list[Usage] = []
        self.process = subprocess.Popen(
            system.command(job),
            cwd=HOME,
            env={**os.environ, "PYTHONPATH": str(HOME), **system.environment(job)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,))
        self._reader.start()

    def _read(self, lines: IO[str]) -> None:
        with self._log.open("w") as log:
            for line in lines:
                if not self._began and self._has_begun(line):
                    self._began.append(self.usage())
                log.write(line)
                log.flush()

    def usage(self) -> Usage:
        """What it, the broker and the machine have used so far."""
        return usage(self.process.pid, self._broker.pid)

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        """Ask again and again; `RunFailed` if it ends before, or after `LIMIT_SECONDS`."""
        deadline = time.monotonic() + LIMIT_SECONDS
        while not holds():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RunFailed(f"{self._system.name}: {what}\n{self._tail()}")
            time.sleep(POLL_SECONDS)

    def wait_begun(self) -> Usage:
        """As of its first events."""
        self.wait_until(lambda: bool(self._began), "no first events")
        return self._began[0]

    def wait_done(self, job: Job, ends: list[int]) -> None:
        """Until its group has committed the input up to ``ends``."""
        with closing(Progress(self._broker, job.name, job.input_topic)) as progress:
            self.wait_until(lambda: progress.has_reached(ends), "has not committed its input")

    def stop(self) -> None:
        """Ask it to stop, and kill it if it does not."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join()

    def _tail(self) -> str:
        return "\n".join(self._log.read_text().splitlines()[-LOG_TAIL:])


@dataclass(frozen=True, slots=True)
class Bench:
    """Where runs take place."""

    broker: Broker
    folder: Path


def run(bench: Bench, system: System, tills: Tills, number: int, with_ages: bool) -> Result:
    """Run ``system`` over all that ``tills`` have sent so far.

    ``with_ages`` then lets the tills sell on at a set pace, and measures how old each event is
    when a committed reader sees what it did. Raises `RunFailed`.
    """
    kind = KINDS[system.job]
    job = _job(bench, system, kind, tills, number)
    ends = bench.broker.ends(tills.topic)
    with _topics(bench.broker, kind, job), running(bench, system, job) as contender:
        began = contender.wait_begun()
        contender.wait_done(job, ends)
        done = contender.usage()
        filled = read(bench.broker, job.output_topic)
        ages = measure_ages(bench.broker, job.output_topic, tills) if with_ages else None
        memory = peak_mib(contender.process.pid)
        contender.stop()
        newest = read(bench.broker, job.output_topic) if with_ages else filled
        fault = kind.check(bench.broker, tills.sales, newest)
        return _result(system, sum(ends), began, done, filled, ages, memory, fault)


def run_name(system: System, number: int) -> str:
    """Of a run: its consumer group, and what its topics begin with."""
    return f"bench-{system.name}-{number}"


def _job(bench: Bench, system: System, kind: Kind, tills: Tills, number: int) -> Job:
    name = run_name(system, number)
    state = bench.folder / "state" / name
    state.mkdir(parents=True)
    return Job(
        bootstrap=bench.broker.bootstrap,
        name=name,
        input_topic=tills.topic,
        output_topic=kind.outputs(name)[0],
        warmup_topic=f"{name}-warmup-levels",
        state_folder=str(state),
    )


@contextmanager
def _topics(broker: Broker, kind: Kind, job: Job) -> Generator[None]:
    broker.delete(kind.outputs(job.name))
    kind.make_outputs(broker, job)
    try:
        yield
    finally:
        broker.delete(topic for topic in broker.topics() if job.name in topic)


@contextmanager
def running(bench: Bench, system: System, job: Job) -> Generator[Contender]:
    """The contender's process; it and its state are gone afterwards."""
    contender = Contender(system, job, bench.folder / f"{job.folder.name}.log", bench.broker)
    try:
        yield contender
    finally:
        contender.stop()
        shutil.rmtree(job.folder, ignore_errors=True)


def _result(
    system: System,
    events: int,
    began: Usage,
    done: Usage,
    filled: Output,
    ages: Ages | None,
    memory: float,
    fault: str,
) -> Result:
    seconds = filled.last_append - began.at
    worker, broker = done.worker - began.worker, done.broker - began.broker
    others = done.machine - began.machine - worker - broker
    return Result(
        system=system.name,
        title=system.title,
        job=system.job,
        events=events,
        seconds=seconds,
        events_per_second=events / seconds,
        cpu_seconds_per_million=worker / events * 1e6,
        broker_cpu_seconds_per_million=broker / events * 1e6,
        other_cores=others / (done.at - began.at),
        outputs=filled.messages,
        age_p50_ms=ages and ages.p50_ms,
        age_p99_ms=ages and ages.p99_ms,
        peak_memory_mib=memory,
        correct=not fault,
        fault=fault,
    )
