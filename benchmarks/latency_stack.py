"""A whole stack of the benchmark's own, and what its one worker can do at most."""

import json
import os
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from benchmarks.job import PARTITIONS
from clients import librdkafka
from clients.kafka import KafkaAccess
from clients.tls import Tls
from local import metrics_links
from local.home import StackHome
from local.identities import Identities

PEAK_RATE = 200_000
"""More than a worker takes: what it takes of it is the peak."""

PEAK_SALES_SECONDS = 1

PATIENCE_SECONDS = 600.0

LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Stack:
    """A running stack's addresses."""

    kafka: KafkaAccess
    board: str
    metrics: tuple[str, ...]
    asking: ssl.SSLContext

    def events(self) -> float:
        """Till events that the workers have applied since their start."""
        return sum(_events(each, self.asking) for each in self.metrics)


def _events(address: str, asking: ssl.SSLContext) -> float:
    with urllib.request.urlopen(address, context=asking) as answer:  # noqa: S310 - our own server
        lines = answer.read().decode().splitlines()
    return sum(
        float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith("tillstream_events_")
    )


@contextmanager
def own_stack(home: Path) -> Generator[Stack]:
    """`tillstream local up` without simulated tills; taken down at the end."""
    _tillstream(home, "up", "--detach", "--no-simulator")
    try:
        told: dict[str, Any] = json.loads(_tillstream(home, "status", "--json"))
        asking = Identities(StackHome(home).identities).context(metrics_links.READER)
        yield Stack(_access(told), told["dashboard"], tuple(told["metrics"]), asking)
    finally:
        _tillstream(home, "down")


def _access(told: dict[str, Any]) -> KafkaAccess:
    link = told["kafka_client"]
    names = ("ssl_cafile", "ssl_certfile", "ssl_keyfile")
    return KafkaAccess(told["kafka"], Tls(*(Path(link[name]) for name in names)))


def _told(kafka: KafkaAccess) -> str:
    """For another process: files by their names, and no secret."""
    return json.dumps(librdkafka.properties(kafka))


def _tillstream(home: Path, *arguments: str) -> str:
    given = {"TILLSTREAM_HOME": str(home), "TILLSTREAM_PARTITIONS": str(PARTITIONS)}
    done = subprocess.run(
        [sys.executable, "-m", "tillstream", "local", *arguments],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"tillstream local {arguments[0]} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


@dataclass(slots=True)
class Load:
    """Background sales in a process of their own, encoded and waiting to be sent."""

    process: subprocess.Popen[str]
    tell: IO[str]

    def begin(self) -> None:
        """Send: any line will do."""
        self.tell.write("go\n")
        self.tell.flush()

    @property
    def running(self) -> bool:
        """Whether sales are still being sent."""
        return self.process.poll() is None


@contextmanager
def load(stack: Stack, rate: int, seconds: int, epoch: int) -> Generator[Load]:
    """``rate`` sales a second for so long, once `Load.begin` is called.

    Every load needs an ``epoch`` of its own, or its sales would be duplicates of the last one's.
    """
    numbers = map(str, (rate, seconds, PARTITIONS, epoch))
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.latency_load", _told(stack.kafka), *numbers],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        tell, hear = process.stdin, process.stdout
        if tell is None or hear is None or hear.readline() != "ready\n":
            raise RuntimeError("the load did not come about")
        yield Load(process, tell)
    finally:
        process.kill()
        process.wait()


def peak(stack: Stack) -> int:
    """Till events a second that the worker applies while more than enough wait for it."""
    before = stack.events()
    with load(stack, PEAK_RATE, PEAK_SALES_SECONDS, epoch=1) as sales:
        sales.begin()
        first = _reached(stack, before + 1)
        last = _reached(stack, before + PEAK_RATE * PEAK_SALES_SECONDS)
    return int(PEAK_RATE * PEAK_SALES_SECONDS / (last - first))


def _reached(stack: Stack, events: float) -> float:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while stack.events() < events:
        if time.monotonic() > deadline:
            raise RuntimeError("the worker did not apply the events in time")
        time.sleep(LOOK_SECONDS)
    return time.monotonic()
