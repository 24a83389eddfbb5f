"""``python -m benchmarks.recovery``: from ``kill -9`` of one of two workers to caught up.

Two workers share the partitions, with a state of a million levels, under steady sales. One is
killed. Either its supervisor starts it again after its first back-off (`restart`), or the other
worker takes over once the session has run out (`takeover`). Caught up is when everything sold in
the second after the kill is committed, and the lag is back to what it was before.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from confluent_kafka import Consumer, TopicPartition

from benchmarks.kafka import client, own_broker
from benchmarks.recovery_load import Shops
from local.supervisor import BACK_OFF_FIRST_SECONDS, TICK_SECONDS
from tillstream.settings import HOME
from topics.registry import PARTITIONS_DEFAULT, STOCK_MOVEMENTS, TILL_EVENTS

APPLICATION = "recovery"
SETTLE_SECONDS = 5.0
"""Of normal work before each kill, in which the usual lag is measured."""

PATIENCE_SECONDS = 1_800.0

ANSWER_SECONDS = 60
"""How long the broker of a machine that others use too may take."""

LAG_FACTOR = 1.5
"""Lag swings with the commits; so much above the highest seen before the kill is still normal."""


class Worker:
    """One worker process; its log goes on over restarts."""

    def __init__(self, bootstrap: str, folder: Path, name: str) -> None:
        self.log = folder / f"{name}.log"
        self.own_ends = 0
        self._environment = {
            "TILLSTREAM_HOME": str(folder),
            "TILLSTREAM_KAFKA": bootstrap,
            "TILLSTREAM_KAFKA_PLAINTEXT": "true",
            "TILLSTREAM_APPLICATION_ID": APPLICATION,
            "TILLSTREAM_WORKER_NAME": name,
        }
        self.start()

    def start(self) -> None:
        """Start it, again after `kill`."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tillstream", "worker"],
                env={**os.environ, "PYTHONPATH": str(HOME), **self._environment},
                stdout=log,
                stderr=log,
            )

    def look(self) -> None:
        """Start it again where it has ended by itself, as its supervisor would."""
        if self._process.poll() is not None:
            self.own_ends += 1
            self.start()

    def kill(self) -> None:
        """``kill -9``."""
        self._process.kill()
        self._process.wait()

    def milestones(self, since: float) -> dict[str, float]:
        """Seconds from ``since`` to the last of each milestone in the log."""
        told: dict[str, float] = {}
        for line in self.log.read_text(errors="replace").splitlines():
            if found := re.match(r"(\S+Z) .*(worker_started|partition open)", line):
                at = datetime.fromisoformat(found[1]).timestamp()
                if at > since:
                    told[found[2]] = round(at - since, 2)
        return told


class Progress:
    """How far the workers have committed the tills' events."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = Consumer({**client(bootstrap), "group.id": APPLICATION})

    def ends(self, topic: str = TILL_EVENTS.name) -> list[int]:
        """Where the partitions end."""
        return [
            self._consumer.get_watermark_offsets(TopicPartition(topic, partition), ANSWER_SECONDS)[
                1
            ]
            for partition in range(PARTITIONS_DEFAULT)
        ]

    def committed(self, topic: str = TILL_EVENTS.name) -> list[int]:
        """The next offsets to read."""
        places = [TopicPartition(topic, partition) for partition in range(PARTITIONS_DEFAULT)]
        return [max(0, each.offset) for each in self._consumer.committed(places, ANSWER_SECONDS)]

    def lag(self) -> int:
        """Records of the partition that is furthest behind."""
        ends, committed = self.ends(), self.committed()
        return max(end - at for end, at in zip(ends, committed, strict=True))

    def wait(self, topic: str, ends: list[int], tended: list[Worker]) -> None:
        """Return once everything up to ``ends`` is committed."""
        until = time.monotonic() + PATIENCE_SECONDS
        while any(at < end for at, end in zip(self.committed(topic), ends, strict=True)):
            if time.monotonic() > until:
                raise TimeoutError(f"the workers did not get through {topic}")
            for worker in tended:
                worker.look()
            time.sleep(0.02)

    def usual_lag(self) -> int:
        """The highest lag of some seconds."""
        until, highest = time.monotonic() + SETTLE_SECONDS, 1
        while time.monotonic() < until:
            highest = max(highest, self.lag())
        return highest


def _one_round(progress: Progress, workers: list[Worker], path: str) -> dict[str, Any]:
    """Kill the first of ``workers``."""
    victim, tended = workers[0], workers[1:]
    progress.wait(TILL_EVENTS.name, progress.ends(), workers)
    usual, ends_before = progress.usual_lag(), sum(each.own_ends for each in workers)
    victim.kill()
    killed, killed_at = time.monotonic(), time.time()
    time.sleep(1.0)
    ends = progress.ends()
    if path == "restart":
        rest = BACK_OFF_FIRST_SECONDS + TICK_SECONDS - (time.monotonic() - killed)
        time.sleep(max(0.0, rest))
        victim.start()
        tended = workers
    progress.wait(TILL_EVENTS.name, ends, tended)
    while progress.lag() > LAG_FACTOR * usual:
        time.sleep(0.02)
    seconds = round(time.monotonic() - killed, 2)
    told = {"path": path, "seconds": seconds, "usual_lag_records": usual}
    told |= victim.milestones(killed_at)
    told["ended_by_themselves"] = sum(each.own_ends for each in workers) - ends_before
    told["load"] = round(os.getloadavg()[0], 1)
    if path == "takeover":
        victim.start()
        time.sleep(2 * SETTLE_SECONDS)
    return told


@contextmanager
def _world(folder: Path, keys: int, rate: float) -> Generator[tuple[Progress, list[Worker]]]:
    with own_broker(folder) as broker:
        link = {"TILLSTREAM_KAFKA": broker.bootstrap, "TILLSTREAM_KAFKA_PLAINTEXT": "true"}
        environment = {**os.environ, **link}
        command = [sys.executable, "-P", "-m", "tillstream", "topics", "sync"]
        subprocess.run(command, env={**environment, "PYTHONPATH": str(HOME)}, check=True)
        shops, progress = Shops(broker.bootstrap, keys, rate), Progress(broker.bootstrap)
        shops.deliver()
        workers = [Worker(broker.bootstrap, folder, f"worker-{n}") for n in (1, 2)]
        try:
            progress.wait(STOCK_MOVEMENTS.name, progress.ends(STOCK_MOVEMENTS.name), workers)
            shops.start()
            time.sleep(2 * SETTLE_SECONDS)
            yield progress, workers
        finally:
            shops.stop()
            for worker in workers:
                worker.kill()


def recovery(
    rounds: Annotated[int, typer.Option(min=1, help="Kills of each path.")] = 7,
    keys: Annotated[int, typer.Option(min=1_000, help="Levels in the state.")] = 1_000_000,
    rate: Annotated[float, typer.Option(min=1, help="Sales a second.")] = 1_000.0,
    path: Annotated[str, typer.Option(help="restart, takeover, or both by a comma.")] = "restart",
) -> None:
    """Kill one of two workers again and again; prints each round, and last one JSON line."""
    scratch = HOME / ".tillstream"
    scratch.mkdir(exist_ok=True)
    told: list[dict[str, Any]] = []
    with (
        tempfile.TemporaryDirectory(dir=scratch, prefix="recovery-") as folder,
        _world(Path(folder), keys, rate) as (progress, workers),
    ):
        for number in range(rounds):
            for each in path.split(","):
                told.append(_one_round(progress, workers[:: -1 if number % 2 else 1], each))
                typer.echo(json.dumps(told[-1]))
    medians = {
        each: statistics.median(t["seconds"] for t in told if t["path"] == each)
        for each in path.split(",")
    }
    typer.echo(json.dumps({"keys": keys, "rate": rate, "rounds": rounds, "median": medians}))


if __name__ == "__main__":
    typer.run(recovery)
