"""``tillstream journal``: proves a till's journal, and writes it out for an auditor."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from edge.journal.errors import JournalError
from edge.journal.exporting import business_days, export_day
from edge.journal.telling import json_of, lines_of
from edge.journal.verifying import prove
from tillstream.journal_work import centre_records, journal_path, known_heads, trusted_keys
from tillstream.settings import load_settings
from tillstream.terminal import AsJson, grouped, mendable, tell

group = grouped("A till's journal: prove it, and write it out for an auditor.")

JournalPath = Annotated[
    Path | None,
    typer.Argument(
        metavar="JOURNAL",
        help="The file of the journal; without it, that of the till on this machine.",
        dir_okay=False,
    ),
]
Heads = Annotated[
    list[Path] | None,
    typer.Option(
        help="A head that was acknowledged or printed, as JSON in a file: "
        '{"head": {…}, "signature": …}. It proves that no tail was cut off.',
        metavar="FILE",
        exists=True,
    ),
]
Certificates = Annotated[
    list[Path] | None,
    typer.Option(
        help="The till's certificates, in PEM. Without them those keys count that the journal "
        "names itself.",
        metavar="FILE",
        exists=True,
    ),
]


@group.command()
@mendable(JournalError, OSError)
def verify(
    path: JournalPath = None,
    head: Heads = None,
    certificate: Certificates = None,
    topic: Annotated[
        bool, typer.Option("--topic", help="Compare with the events that Kafka has.")
    ] = False,
    receipts: Annotated[
        bool, typer.Option("--receipts", help="Compare with the receipts that Kafka has.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Prove a journal: numbers, content, chain, running sums and signed heads.

    It names what was changed, deleted, inserted or cut off, also while the till sells.
    docs/journal.md says what is proven, and what is not.

    Exit status: 0 nothing is wrong, 1 something is.
    """
    settings = load_settings()
    proof = prove(
        journal_path(settings, path),
        known_heads(head or []),
        trusted_keys(certificate or []),
        centre_records(settings, topic, receipts),
    )
    tell(as_json, json_of(proof), lines_of(proof), indent=2)
    raise typer.Exit(1 if proof.found else 0)


@group.command("export")
@mendable(JournalError, OSError)
def export_journal(
    folder: Annotated[
        Path, typer.Option("--to", help="Where a folder for each day comes.", file_okay=False)
    ],
    path: JournalPath = None,
    day: Annotated[
        datetime | None,
        typer.Option(help="Of this business day alone; without it, of all.", formats=["%Y-%m-%d"]),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the journal as CSV for an auditor, a folder for each business day.

    docs/journal.md describes every file and column.
    """
    journal = journal_path(load_settings(), path)
    days = [day.date()] if day else business_days(journal)
    done = {str(each): export_day(journal, each, folder / str(each)) for each in days}
    tell(as_json, done, (_line(folder / name, rows) for name, rows in done.items()), indent=2)


def _line(folder: Path, rows: Mapping[str, int]) -> str:
    told = ", ".join(f"{count} {table}" for table, count in rows.items())
    return f"{folder}: {told or 'nothing'}"
