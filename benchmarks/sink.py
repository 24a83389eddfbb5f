"""How fast the sink fills PostgreSQL: `python -m benchmarks.sink`.

A broker and a server of its own, the real sink process, input by seed. Each job fills a fresh
database from topics that are full already, as after an outage, and is checked against the direct
sum. Beside it, in the same round, the ceiling: the same rows from memory over one connection,
with the sink's own statements and neither Kafka nor decoding.
"""

import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

from benchmarks.kafka import Broker, own_broker
from benchmarks.postgres import Database, own_postgres
from benchmarks.sales import Shape
from benchmarks.sink_ceiling import ceiling
from benchmarks.sink_input import SinkInput
from benchmarks.sink_run import JOBS, Result, fill, run


def main(
    sales: Annotated[
        int, typer.Option(min=1, help="Sales in the input; two lines each.")
    ] = 150_000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; the median is told.")] = 3,
    jobs: Annotated[str, typer.Option(help="Which jobs, by comma.")] = ",".join(JOBS),
    as_json: Annotated[bool, typer.Option("--json", help="Print a list for programs.")] = False,
) -> None:
    """Measure the sink. Exit status 1 if a table held anything but the direct sum."""
    with tempfile.TemporaryDirectory(prefix="tillstream-bench-") as name:
        folder = Path(name)
        with own_broker(folder) as broker, own_postgres(folder) as database:
            results = _rounds(broker, database, sales, rounds, jobs.split(","))
    told = [_middle([each for each in results if each.job == job]) for job in jobs.split(",")]
    typer.echo(json.dumps([asdict(each) for each in told], indent=2) if as_json else _table(told))
    if not all(each.correct for each in results):
        sys.exit(1)


def _rounds(
    broker: Broker, database: Database, sales: int, rounds: int, jobs: list[str]
) -> list[Result]:
    given = SinkInput(Shape())
    ends = fill(broker, given, sales)
    results: list[Result] = []
    for number in range(rounds):
        for job in jobs:
            result = run(job, broker, database, given, ends)
            result.ceiling_rows_per_second = ceiling(database, JOBS[job], sales)
            results.append(result)
            typer.echo(f"round {number + 1}: {_line(result)}", err=True)
    return results


def _middle(results: list[Result]) -> Result:
    wanted = median(each.rows_per_second for each in results)
    return min(results, key=lambda each: abs(each.rows_per_second - wanted))


_HEAD = (
    f"{'job':<12} {'rows/s':>8} {'levels+ledger/s':>16} {'sink CPU':>9} {'PG CPU':>8} "
    f"{'ceiling':>8} {'ratio':>6}  correct   (CPU in seconds per million rows)"
)


def _table(results: list[Result]) -> str:
    return "\n".join([_HEAD, *map(_line, results)])


def _line(each: Result) -> str:
    return (
        f"{each.job:<12} {each.rows_per_second:>8,.0f} {each.levels_and_ledger_per_second:>16,.0f} "
        f"{each.sink_cpu_seconds_per_million:>9.2f} {each.postgres_cpu_seconds_per_million:>8.2f} "
        f"{each.ceiling_rows_per_second:>8,.0f} {each.ratio_to_ceiling:>6.2f}  {each.correct}"
    )


if __name__ == "__main__":
    typer.run(main)
