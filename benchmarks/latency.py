"""How long a sale takes from the till to an open page: `python -m benchmarks.latency`.

A whole stack of its own. A real till producer sells one marked piece after another at a busy
location, a client of that page's event stream notes when its row shows it: idle, and while other
tills keep the worker at half of its peak.
"""

import asyncio
import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.job import PARTITIONS
from benchmarks.latency_probe import PAUSE_SECONDS, Probe, Seen
from benchmarks.latency_stack import Load, Stack, load, own_stack, peak

WARM_UP = 10

STAGES = ("till to Kafka", "Kafka to level", "level to page", "till to page")


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds of one stage, over all marked sales, at a background rate."""

    stage: str
    events_per_second: int
    samples: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


def main(
    samples: Annotated[int, typer.Option(min=1, help="Marked sales in each measurement.")] = 200,
    rate: Annotated[
        int, typer.Option(min=0, help="Background sales a second; 0: half of the worker's peak.")
    ] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print a list for programs.")] = False,
) -> None:
    """Measure the way of a sale, idle and under load."""
    with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder:
        with own_stack(Path(folder) / "home") as stack:
            probe = Probe(stack.kafka, stack.board, PARTITIONS)
            told = latencies(asyncio.run(probe.run(WARM_UP, samples)), 0)
            told += _under_load(stack, rate or peak(stack) // 2, samples)
    typer.echo(json.dumps([asdict(each) for each in told], indent=2) if as_json else table(told))


def _under_load(stack: Stack, rate: int, samples: int) -> list[Latency]:
    # Marked sales take their pause and then some; the load must outlast them.
    seconds = int((WARM_UP + samples) * (sum(PAUSE_SECONDS) / 2 + 0.3)) + 5
    with load(stack, rate, seconds, epoch=2) as background:
        background.begin()
        seen = asyncio.run(Probe(stack.kafka, stack.board, PARTITIONS).run(WARM_UP, samples))
        return latencies(seen, rate)
