"""All rounds: each contender once a round, one after another, because machines swing."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.jobs import KINDS
from benchmarks.kafka import Broker, own_broker
from benchmarks.result import Result, failed
from benchmarks.run import Bench, RunFailed, run
from benchmarks.sales import Sales, Shape
from benchmarks.systems import System
from benchmarks.tills import Tills

console = Console(stderr=True, highlight=False)

Input = tuple[str, int]
"""A job's name and how many sales."""


def compare(
    systems: Sequence[System], rounds: int, events: int, with_ages: bool, folder: Path
) -> list[Result]:
    """Every run of every system on a broker of its own, in the order they ran."""
    with own_broker(folder) as broker:
        return rounds_on(broker, folder, systems, rounds, events, with_ages=with_ages)


def rounds_on(
    broker: Broker,
    folder: Path,
    systems: Sequence[System],
    rounds: int,
    events: int,
    *,
    with_ages: bool,
) -> list[Result]:
    """Every run of every system on ``broker``, in the order they ran."""
    bench = Bench(broker, folder)
    inputs = {wanted: _filled(broker, *wanted) for wanted in _inputs(systems, events)}
    results: list[Result] = []
    for number in range(rounds):
        for system in systems:
            tills = inputs[system.job, min(events, system.events_max)]
            results.append(_run(bench, system, tills, number, with_ages))
            console.print(_line(results[-1]))
    return results


def _inputs(systems: Sequence[System], events: int) -> list[Input]:
    return sorted({(each.job, min(events, each.events_max)) for each in systems})


def _filled(broker: Broker, job: str, count: int) -> Tills:
    """An input topic with ``count`` sales in it."""
    console.print(f"making {count:,} sales for the {job} job")
    kind = KINDS[job]
    topic = kind.make_input(broker, count)
    tills = Tills(broker.bootstrap, topic, Sales(Shape(), kind.encode))
    tills.fill(tills.sales.take(count))
    return tills


def _run(bench: Bench, system: System, tills: Tills, number: int, with_ages: bool) -> Result:
    try:
        return run(bench, system, tills, number, with_ages)
    except RunFailed as fault:
        return failed(system.name, system.title, system.job, str(fault))


def _line(result: Result) -> str:
    return (
        f"{result.system:>26} {result.events_per_second:>9,.0f} events/s "
        f"{result.cpu_seconds_per_million:>7.1f} CPU-s/M  "
        f"{'' if result.correct else 'WRONG: ' + result.fault}"
    )
