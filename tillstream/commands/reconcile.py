"""``tillstream reconcile``: hold two independent ways to the same figures against each other."""

# pyright: reportMissingTypeStubs=false

import asyncio
import json
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from operations.kafka.reader import KafkaAway
from operations.reconcile.difference import FigureDifference
from operations.reconcile.run import ReconcileOutcome, ReconcileRequest, reconcile
from operations.reconcile.topics import Told
from tillstream.database_roles import LOOKING
from tillstream.settings import load_settings

DIFFERENT = 1
"""Exit status where something differs."""

NOT_COMPARED = 2
"""Exit status where the comparison itself failed."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(name="reconcile")(command)


def command(
    location: Annotated[
        str, typer.Option(help="Compare one location only.", metavar="LOCATION_ID")
    ] = "",
    wait: Annotated[
        float,
        typer.Option(min=0, help="Seconds that workers and sink may take to catch up first."),
    ] = 30.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the differences as a JSON list.")
    ] = False,
) -> None:
    """Compare levels with the ledger, totals with receipts, and PostgreSQL with the topics.

    Works on a live stack: what is on its way is waited for, and looked at again. Every
    difference is printed with its cause where it is known.

    Exit status: 0 no difference, 1 differences, 2 could not compare.
    """
    settings = load_settings()
    request = ReconcileRequest(
        kafka=settings.kafka_access(),
        postgres=settings.postgres_access(LOOKING),
        application_id=settings.application_id,
        location=location,
        wait_seconds=wait,
    )
    outcome = _outcome(request)
    _print(outcome, as_json)
    raise typer.Exit(DIFFERENT if outcome.differences else 0)


def _outcome(request: ReconcileRequest) -> ReconcileOutcome:
    try:
        with _progress() as told:
            return asyncio.run(reconcile(request, told))
    except (psycopg.Error, KafkaError, KafkaAway, TimeoutError) as fault:
        what = str(fault).strip() or type(fault).__name__
        print(f"tillstream: could not compare: {what}", file=sys.stderr)  # noqa: T201
        raise typer.Exit(NOT_COMPARED) from fault


@contextmanager
def _progress() -> Generator[Told]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("connecting", total=None)

        def told(doing: str, done: int, total: int) -> None:
            progress.update(task, description=doing, completed=done, total=total or None)

        yield told


def _print(outcome: ReconcileOutcome, as_json: bool) -> None:
    if outcome.malformed:
        print(  # noqa: T201
            f"{outcome.malformed} records of derived topics are not what their contract says and "
            "were passed over: see DerivedRecordsAreMalformed in docs/runbook.md",
            file=sys.stderr,
        )
    if outcome.moving:
        print(  # noqa: T201
            f"{outcome.moving} keys changed with every look and were not judged", file=sys.stderr
        )
    if as_json:
        differences = [difference.to_json() for difference in outcome.differences]
        print(json.dumps(differences, indent=2, default=str))  # noqa: T201
    elif outcome.differences:
        for difference in outcome.differences:
            print("\n".join(_lines(difference)))  # noqa: T201
        print(f"{len(outcome.differences)} differences")  # noqa: T201
    else:
        print("no difference")  # noqa: T201


def _lines(difference: FigureDifference) -> Iterator[str]:
    """A line a field: whole keys, also where the output goes to a file or another program."""
    place = f"{difference.check}  {difference.table}  {difference.key}"
    if not difference.fields:
        yield f"{place}: {difference.cause}"
    for name, (expected, found) in difference.fields.items():
        yield f"{place}  {name}: expected {expected}, found {found}: {difference.cause}"
