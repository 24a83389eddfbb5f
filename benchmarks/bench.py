"""All rounds: each contender once a round, one after another, because machines swing."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.events import reference_sale
from benchmarks.kafka import Broker, own_broker
from benchmarks.result import Result
from benchmarks.run import Bench, run
from benchmarks.sales import Sales, Shape
from benchmarks.systems import System
from benchmarks.tills import Tills

console = Console(stderr=True)


def compare(
    systems: Sequence[System], rounds: int, events: int, with_ages: bool, folder: Path
) -> list[Result]:
    """Every run of every system, in the order they ran."""
    with own_broker(folder) as broker:
        bench = Bench(broker, folder)
        inputs = {
            count: _filled(broker, count)
            for count in sorted({min(events, each.events_max) for each in systems})
        }
        results: list[Result] = []
        for number in range(rounds):
            for system in systems:
                tills = inputs[min(events, system.events_max)]
                results.append(run(bench, system, tills, number, with_ages))
                console.print(_line(results[-1]))
        return results


def _filled(broker: Broker, count: int) -> Tills:
    console.print(f"making {count:,} sales")
    topic = f"sales-{count}"
    broker.create([topic], {"retention.ms": "-1"})
    tills = Tills(broker.bootstrap, topic, Sales(Shape(), reference_sale))
    tills.fill(count)
    return tills


def _line(result: Result) -> str:
    return (
        f"{result.system:>14} {result.events_per_second:>9,.0f} events/s "
        f"{result.cpu_seconds_per_million:>7.1f} CPU-s/M "
        f"{'' if result.correct else 'WRONG: ' + result.fault}"
    )
