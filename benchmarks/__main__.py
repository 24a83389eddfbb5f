"""``python -m benchmarks``: run contenders side by side and table what they did."""

import sys
from typing import Annotated

import typer

from benchmarks.bench import compare
from benchmarks.report import show, write
from benchmarks.scratch import scratch
from benchmarks.summary import summarise
from benchmarks.systems import SYSTEMS, System

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _chosen(only: str) -> list[System]:
    names = [name for name in only.split(",") if name] or [each.name for each in SYSTEMS]
    unknown = set(names) - {each.name for each in SYSTEMS}
    if unknown:
        known = ", ".join(each.name for each in SYSTEMS)
        sys.exit(f"no such contender: {', '.join(sorted(unknown))}; known: {known}")
    return [each for each in SYSTEMS if each.name in names]


@app.command()
def benchmarks(
    rounds: Annotated[int, typer.Option(min=1, help="Runs of each contender.")] = 3,
    events: Annotated[int, typer.Option(min=1000, help="Sales in the input.")] = 1_000_000,
    only: Annotated[str, typer.Option(help="Contenders by name, comma between.")] = "",
    ages: Annotated[bool, typer.Option(help="Also measure how old events are at output.")] = True,
) -> None:
    """Run contenders on the same input, round by round, and print the table.

    Each run is checked against a direct sum of the input; exit status 1 if one is wrong or did
    not finish. The broker is the benchmark's own. The rows also go to .tillstream/bench.json and,
    where all contenders ran, into the picture of the README.
    """
    systems = _chosen(only)
    with scratch("bench") as folder:
        results = compare(systems, rounds, events, ages, folder)
    rows = summarise(results)
    show(rows)
    for path in write(rows, draw=systems == list(SYSTEMS)):
        sys.stdout.write(f"wrote {path}\n")
    raise typer.Exit(0 if all(row["correct"] for row in rows) else 1)


if __name__ == "__main__":
    app()
