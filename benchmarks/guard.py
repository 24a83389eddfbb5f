"""``python -m benchmarks.guard``: a quick look whether the workers have become slow.

Tillstream and the bare loop take turns on a small input; the best ratio of their rates counts,
since whatever else the machine does only makes ratios worse or luckier one at a time. The record
is for this input only: in so short a run, starting and stopping weigh more than in the table.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.bench import compare
from benchmarks.result import Result
from benchmarks.scratch import scratch
from benchmarks.systems import system

RECORD = Path(__file__).with_name("on_record.json")

EVENTS = 60_000
"""A second of work for each; fewer measure the start, more make every test run longer."""

ROUNDS = 2

FAR_BELOW = 0.5
"""Of the record. Nearer to 1 fails on a busy machine; far below 0.5 lets a doubling pass."""


class Wrong(AssertionError):
    """A run's output was not the direct sum; speed does not matter then."""


def measure(folder: Path) -> float:
    """The best ratio of Tillstream's rate to the bare loop's, of a few interleaved runs."""
    systems = [system("tillstream"), system("bare")]
    results = compare(systems, ROUNDS, EVENTS, with_ages=False, folder=folder)
    wrong = [result.fault for result in results if not result.correct]
    if wrong:
        raise Wrong(wrong[0])
    ours, bare = (_rates(results, each.name) for each in systems)
    return max(rate / base for rate, base in zip(ours, bare, strict=True))


def _rates(results: list[Result], name: str) -> list[float]:
    return [each.events_per_second for each in results if each.system == name]


def on_record() -> float:
    """The ratio that was measured on a quiet machine when it last changed for a reason."""
    return float(json.loads(RECORD.read_text())["ratio_to_bare"])


def main(
    record: Annotated[
        bool, typer.Option(help="Write the ratio down as the one on record.")
    ] = False,
) -> None:
    """Measure the ratio and compare it with the record."""
    with scratch("guard") as folder:
        ratio = measure(folder)
    if record:
        RECORD.write_text(json.dumps({"ratio_to_bare": round(ratio, 2), "events": EVENTS}) + "\n")
    typer.echo(f"{ratio:.2f} x the bare loop, on record {on_record():.2f}")
    raise typer.Exit(0 if ratio >= FAR_BELOW * on_record() else 1)


if __name__ == "__main__":
    typer.run(main)
