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
from benchmarks.latency_stack import Stack, load, own_stack, peak

WARM_UP = 10
"""Marked sales that are not counted: connections open, caches fill."""

SHOWN_SECONDS = 0.3
"""What a marked sale may take on average, for the length of the load. A slower stack ends the
run with a word."""

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
    with (
        tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder,
        own_stack(Path(folder) / "home") as stack,
    ):
        probe = Probe(stack.kafka, stack.board, PARTITIONS)
        told = latencies(asyncio.run(probe.run(WARM_UP, samples)), 0)
        typer.echo(table(told), err=True)
        told += _under_load(stack, probe, rate or peak(stack) // 2, samples)
    typer.echo(json.dumps([asdict(each) for each in told], indent=2) if as_json else table(told))


def _under_load(stack: Stack, probe: Probe, rate: int, samples: int) -> list[Latency]:
    with load(stack, rate, _seconds(samples), epoch=2) as background:
        background.begin()
        seen = asyncio.run(probe.run(WARM_UP, samples))
        if not background.running:
            raise RuntimeError(
                f"marked sales took over {SHOWN_SECONDS} s each beside {rate:,} others a second, "
                "which is more than this machine can show: choose a lower --rate"
            )
        return latencies(seen, rate)


def _seconds(samples: int) -> int:
    """As long as the marked sales take with their pauses, and some more."""
    return int((WARM_UP + samples) * (sum(PAUSE_SECONDS) / 2 + SHOWN_SECONDS)) + 10


def latencies(seen: Seen, rate: int) -> list[Latency]:
    """Each stage's percentiles."""
    ways = (
        (seen.sent, seen.appended),
        (seen.appended, seen.derived),
        (seen.derived, seen.shown),
        (seen.sent, seen.shown),
    )
    return [
        _latency(stage, rate, sorted((after[each] - before[each]) * 1000 for each in seen.sent))
        for stage, (before, after) in zip(STAGES, ways, strict=True)
    ]


def _latency(stage: str, rate: int, spans_ms: list[float]) -> Latency:
    def at(share: float) -> float:
        return round(spans_ms[int(share * (len(spans_ms) - 1))], 1)

    return Latency(stage, rate, len(spans_ms), at(0.5), at(0.95), at(0.99), at(1))


def table(told: list[Latency]) -> str:
    """For people."""
    head = f"{'stage':<16} {'events/s':>8} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'max ms':>8}"
    lines = [
        f"{each.stage:<16} {each.events_per_second:>8,} {each.p50_ms:>8.1f} {each.p95_ms:>8.1f} "
        f"{each.p99_ms:>8.1f} {each.max_ms:>8.1f}"
        for each in told
    ]
    return "\n".join([head, *lines])


if __name__ == "__main__":
    typer.run(main)
