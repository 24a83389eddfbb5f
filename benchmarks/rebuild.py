"""``python -m benchmarks.rebuild``: how long a worker takes to get a large state back.

Tillstream's engine on the reference job. Every key is touched once; then the worker is started
anew, first beside its own RocksDB folder, then on an empty disk, where only the changelog has
the state. Seconds are from the start of the process to the last of its partitions being open.
"""

import json
import re
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.events import reference_sale
from benchmarks.job import PARTITIONS, Job
from benchmarks.kafka import APPEND_TIME, own_broker
from benchmarks.run import Bench, Contender
from benchmarks.sales import Sales, Shape
from benchmarks.scratch import scratch
from benchmarks.surge import SWEEP_LINES, HeldTills
from benchmarks.systems import system
from benchmarks.usage import peak_mib

LOCATIONS = 200
NAME = "rebuild"

_RECOVERED = re.compile(r"partition open.*recovered_records=(\d+)")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def rebuild(
    keys: Annotated[int, typer.Option(min=1_000, help="Levels in the state.")] = 1_000_000,
) -> None:
    """Fill the state, restart beside it, restart without it; prints one JSON line."""
    with scratch(NAME) as folder, own_broker(folder) as broker:
        bench = Bench(broker, folder)
        tills = _tills(bench, keys)
        job = _job(bench, tills.topic)
        told: dict[str, Any] = {"keys": keys}
        with _worker(bench, job, "fill") as worker:
            worker.wait_done(job, [max(0, end - 1) for end in broker.ends(tills.topic)])
            told["filled_memory_mib"] = round(peak_mib(worker.process.pid))
        told["local_state"] = _reopened(bench, job, "local")
        shutil.rmtree(job.folder)
        job.folder.mkdir()
        told["empty_disk"] = _reopened(bench, job, "empty")
    typer.echo(json.dumps(told))


def _tills(bench: Bench, keys: int) -> HeldTills:
    topic = f"{NAME}-sales"
    bench.broker.create([topic], {"retention.ms": "-1"})
    shape = Shape(locations=LOCATIONS, skus=keys // LOCATIONS)
    tills = HeldTills(bench.broker.bootstrap, topic, Sales(shape, reference_sale))
    tills.hold(tills.sales.sweep(SWEEP_LINES))
    tills.release()
    return tills


def _job(bench: Bench, topic: str) -> Job:
    folder = bench.folder / NAME
    folder.mkdir()
    output = f"{NAME}-levels"
    bench.broker.create([output], APPEND_TIME)
    return Job(bench.broker.bootstrap, NAME, topic, output, "", str(folder))


@contextmanager
def _worker(bench: Bench, job: Job, name: str) -> Generator[Contender]:
    worker = Contender(system("tillstream"), job, _log(bench, name), bench.broker)
    try:
        yield worker
    finally:
        worker.stop()


def _log(bench: Bench, name: str) -> Path:
    return bench.folder / f"{name}.log"


def _reopened(bench: Bench, job: Job, name: str) -> dict[str, Any]:
    _log(bench, name).touch()
    began = time.monotonic()
    with _worker(bench, job, name) as worker:
        recovered: list[int] = []

        def is_open() -> bool:
            log = _COLOURS.sub("", _log(bench, name).read_text())
            recovered[:] = [int(records) for records in _RECOVERED.findall(log)]
            return len(recovered) == PARTITIONS

        worker.wait_until(is_open, "has not opened its partitions")
        seconds = time.monotonic() - began
        return {
            "seconds": round(seconds, 1),
            "recovered_records": sum(recovered),
            "peak_memory_mib": round(peak_mib(worker.process.pid)),
        }


if __name__ == "__main__":
    typer.run(rebuild)
