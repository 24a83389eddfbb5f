"""``tillstream reconcile``: hold two independent ways to the same figures against each other."""

# pyright: reportMissingTypeStubs=false

import asyncio
import json
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import psycopg
import typer
from aiokafka.errors import KafkaError
from rich.progress import MofNCompleteColumn, TimeElapsedColumn

from operations.kafka.reader import KafkaAway
from operations.reconcile.run import ReconcileOutcome, ReconcileRequest, reconcile
from operations.reconcile.topics import Told
from tillstream import reconciled_stores
from tillstream.database_roles import LOOKING
from tillstream.settings import load_settings
from tillstream.terminal import bars, ended

DIFFERENT = 1
"""Exit status where something differs."""

NOT_COMPARED = 2
"""Exit status where the comparison itself failed."""


Location = Annotated[str, typer.Option(help="Compare one location only.", metavar="LOCATION_ID")]
Wait = Annotated[
    float,
    typer.Option(min=0, help="Seconds that workers and sink may take to catch up first."),
]
Stores = Annotated[
    bool,
    typer.Option(
        "--stores",
        help="Compare stores with the centre, instead: those of a local stack, or those that "
        "--store names.",
    ),
]
StoreDsns = Annotated[
    list[str] | None,
    typer.Option(metavar="LOCATION_ID=DSN", help="A store and its own database; again for each."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print what was found as a JSON list.")]


def command(
    location: Location = "",
    wait: Wait = 30.0,
    stores: Stores = False,
    store: StoreDsns = None,
    as_json: AsJson = False,
) -> None:
    """Compare levels with the ledger, totals with receipts, and PostgreSQL with the topics.

    Works on a live stack: what is on its way is waited for, and looked at again. Every
    difference is printed with its cause where it is known.

    With --stores: master data by content, and receipts, effects, movements, levels and totals one
    by one. What a store was not sent yet, or the centre not told yet, is counted and no difference.

    Exit status: 0 no difference, 1 differences, 2 could not compare.
    """  # fmt: skip
    settings = load_settings()
    if stores or store:
        raise typer.Exit(reconciled_stores.run(settings, store or [], location, wait, as_json))
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
        raise ended(f"could not compare: {what}", NOT_COMPARED) from fault


@contextmanager
def _progress() -> Generator[Told]:
    with bars(MofNCompleteColumn(), TimeElapsedColumn(), transient=True) as progress:
        task = progress.add_task("connecting", total=None)

        def told(doing: str, done: int, total: int) -> None:
            progress.update(task, description=doing, completed=done, total=total or None)

        yield told


def _print(outcome: ReconcileOutcome, as_json: bool) -> None:
    if outcome.malformed:
        typer.echo(
            f"{outcome.malformed} records of derived topics are not what their contract says and "
            "were passed over: see DerivedRecordsAreMalformed in docs/runbook.md",
            err=True,
        )
    if outcome.moving:
        typer.echo(f"{outcome.moving} keys changed with every look and were not judged", err=True)
    if as_json:
        differences = [difference.to_json() for difference in outcome.differences]
        typer.echo(json.dumps(differences, indent=2, default=str))
        return
    for difference in outcome.differences:
        typer.echo("\n".join(difference.in_words()))
    found = len(outcome.differences)
    typer.echo(f"{found} differences" if found else "no difference")
