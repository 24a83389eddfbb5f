"""``python -m benchmarks.growth``: what bends as shops grow.

Tillstream's engine on the reference job, one thing changed at a time: workers, locations, keys
in the state, lines per sale, and how much of the traffic one location has. All on one broker.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.curves import curves
from benchmarks.kafka import own_broker
from benchmarks.run import Bench, RunFailed
from benchmarks.sales import Shape
from benchmarks.scratch import scratch
from benchmarks.surge import Surge, surge
from benchmarks.systems import system
from tillstream.settings import HOME

JSON = HOME / ".tillstream" / "growth.json"

PICTURE = HOME / "docs" / "pictures" / "growth.svg"

EVENTS = 200_000
"""A few seconds for each step."""

LINES_USUAL = 2
"""Per sale, on average; with more lines there are fewer sales, so that each step does as much."""

CURVES = ("workers", "locations", "keys", "lines", "skew")


@dataclass(frozen=True, slots=True)
class Step:
    """One point of a curve."""

    curve: str
    value: float
    shape: Shape
    workers: int = 1
    sales_share: float = 1.0
    keys_first: bool = False


def steps(full: bool) -> Iterator[Step]:
    """All points; the largest state only with ``full``."""
    for workers in (1, 2, 4):
        yield Step("workers", workers, Shape(), workers)
    for locations in (10, 100, 1_000, 10_000):
        yield Step("locations", locations, Shape(locations=locations))
    for keys in (10_000, 100_000, 1_000_000, *((10_000_000,) if full else ())):
        yield Step("keys", keys, Shape(skus=keys // 200, is_even=True), keys_first=True)
    for lines in (1, 3, 10, 30):
        shape = Shape(lines_min=lines, lines_max=lines)
        yield Step("lines", lines, shape, sales_share=LINES_USUAL / lines)
    for share in (0.0, 0.5, 1.0):
        yield Step("skew", share, Shape(skew=share), workers=2)


def main(
    events: Annotated[int, typer.Option(min=1000, help="Sales of each step.")] = EVENTS,
    only: Annotated[str, typer.Option(help=f"Curves, comma between: {', '.join(CURVES)}.")] = "",
    full: Annotated[bool, typer.Option(help="Also a state of ten million keys.")] = False,
    draw: Annotated[bool, typer.Option(help="Draw docs/pictures/growth.svg.")] = False,
) -> None:
    """Measure each point of each curve, print them, and write .tillstream/growth.json."""
    wanted = [name for name in only.split(",") if name] or list(CURVES)
    rows: list[dict[str, Any]] = []
    with scratch("growth") as folder, own_broker(folder) as broker:
        bench = Bench(broker, folder)
        for step in steps(full):
            if step.curve in wanted:
                rows.extend(_measured(bench, step, events))
    JSON.write_text(json.dumps(rows, indent=1) + "\n")
    if draw:
        PICTURE.write_text(curves(rows))
    Console(width=120).print(_table(rows))
    done = sum(step.curve in wanted for step in steps(full)) == len(rows)
    raise typer.Exit(0 if done and all(row["correct"] for row in rows) else 1)


def _run(bench: Bench, step: Step, events: int) -> Surge:
    sales = int(events * min(step.sales_share, 1.0))
    engine = system("tillstream")
    return surge(bench, engine, step.shape, sales, step.workers, step.keys_first)


def _measured(bench: Bench, step: Step, events: int) -> Iterator[dict[str, Any]]:
    """The step's row; none where it did not finish, which standard error then tells."""
    try:
        row = _row(step, _run(bench, step, events))
    except RunFailed as fault:
        typer.echo(f"{step.curve} {step.value:g} failed: {fault}", err=True)
    else:
        typer.echo(f"{step.curve} {step.value:g}: {row['events_per_second']:,.0f}/s", err=True)
        yield row


def _row(step: Step, surge: Surge) -> dict[str, Any]:
    per_second = surge.events_per_second * surge.lines / surge.events
    return {
        "curve": step.curve,
        "value": step.value,
        "workers": step.workers,
        **asdict(surge),
        "lines_per_second": per_second,
    }


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table()
    names = ("events_per_second", "lines_per_second", "cpu_seconds_per_million", "peak_memory_mib")
    for heading in ("curve", "value", "workers", *names, "correct"):
        table.add_column(heading.replace("_", " "), justify="right")
    for row in rows:
        figures = (f"{row[name]:,.1f}" for name in names)
        value = f"{row['value']:,g}"
        table.add_row(row["curve"], value, f"{row['workers']}", *figures, f"{row['correct']}")
    return table


if __name__ == "__main__":
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app()
