"""``tillstream replay``: recorded baskets as till events."""

import re
from contextlib import nullcontext
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer
from babel.numbers import get_currency_precision
from rich.progress import TaskProgressColumn, TextColumn, TimeElapsedColumn

from edge.producer import DeliveryFailed, TillProducer
from edge.replay.receipts import Numbering
from edge.replay.rows import Columns, Reading, RefusedRow, UnreadableFile
from edge.replay.run import Replay, ReplayPace
from tillstream.database_roles import BUSINESS
from tillstream.interruption import interruption
from tillstream.settings import load_settings
from tillstream.terminal import INTERRUPTED, bars, ended, tell

_BASKETS_BETWEEN_UPDATES = 200
"""Baskets between two looks at the progress bar: each look costs as much as a basket."""

_COLUMN_NAMES = tuple(column.name for column in fields(Columns))


def command(
    file: Annotated[
        Path,
        typer.Argument(exists=True, dir_okay=False, help="CSV of basket lines; .gz is unpacked."),
    ],
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=COLUMN",
            help=f"Which column of the file holds NAME: {', '.join(_COLUMN_NAMES)}. Defaults: "
            f"{', '.join(getattr(Columns(), name) for name in _COLUMN_NAMES)}. The last three "
            "may be missing. May be given several times.",
        ),
    ] = None,
    speed: Annotated[
        float | None,
        typer.Option(
            min=0.001, help="Seconds of the file per second. Default: as fast as possible."
        ),
    ] = None,
    location_prefix: Annotated[
        str, typer.Option(help="Goes before the store id to make the location id.")
    ] = "",
    tills: Annotated[
        int, typer.Option(min=1, max=999, help="Tills of each store; ids are STORE-1 and so on.")
    ] = 1,
    epoch: Annotated[
        int,
        typer.Option(
            min=0,
            help="Epoch of the tills. In the same epoch a second replay is recognised as "
            "duplicates; in another one everything is sold once more.",
        ),
    ] = 1,
    currency: Annotated[str, typer.Option(help="ISO 4217 code of the file's amounts.")] = "USD",
    full_carts: Annotated[
        bool,
        typer.Option("--full-carts", help="Also say when each cart opened and gained its lines."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read and count everything, and send nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="At the end, what was sent.")] = False,
) -> None:
    """Turn a file of basket lines into till events, one sale a basket.

    Times without an offset are UTC. Amounts become whole minor units; nothing is rounded. The
    amount is what the shop got: after the store's discount, before a maker's coupon, which is a
    voucher among the tenders. Discounts and coupons may be written with either sign.

    The file may be sorted by time or by basket: lines of a basket may be up to 10,000 rows apart.
    The same file with the same options gives the same events. Change options that change events
    (columns, prefix, tills, full carts, a mended row) only together with --epoch.

    Exit status 1: rows were refused, each with its line number and reason on standard error; all
    others were sent. 2: the file or an option cannot be used. 3: Kafka did not take everything.
    130: interrupted; the same command again sends the rest.
    """
    reading = Reading(_columns(column or []), _prefix(location_prefix), _minor_digits(currency))
    numbering = Numbering(epoch, currency, tills, full_carts)
    try:
        replay = _run(file, reading, numbering, speed, dry_run)
    except (UnreadableFile, DeliveryFailed) as error:
        status = 3 if isinstance(error, DeliveryFailed) else 2
        raise ended(f"the replay stopped: {error}", status) from error
    told = replay.told
    words = (
        f"{told.baskets} baskets of {told.rows} rows, {told.events} events: "
        f"{told.seconds:.1f} s, {told.events / told.seconds:,.0f} events/s; "
        f"{told.refused} rows refused"
    )
    tell(as_json, told.as_json(), words)
    raise typer.Exit(INTERRUPTED if told.interrupted else int(told.refused > 0))


def _run(
    file: Path, reading: Reading, numbering: Numbering, speed: float | None, dry_run: bool
) -> Replay:
    """The finished replay, with its progress and refused rows told on standard error."""
    shown = bars(TaskProgressColumn(), TextColumn("{task.fields[rate]}"), TimeElapsedColumn())
    publishing = nullcontext() if dry_run else _producer()
    with publishing as producer, interruption() as wished, shown as bar:
        replay = Replay(file, reading, numbering, producer)
        task = bar.add_task(file.name, total=replay.file.bytes_total, rate="")

        def progress() -> None:
            if replay.told.baskets % _BASKETS_BETWEEN_UPDATES == 0 or speed is not None:
                rate = f"{replay.told.events / replay.told.seconds:,.0f} events/s"
                bar.update(task, completed=replay.file.bytes_read(), rate=rate)

        def refuse(refusal: RefusedRow) -> None:
            text = f"{file.name}:{refusal.line_number}: {refusal.reason}"
            bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

        replay.run(ReplayPace(speed), wished, refuse, progress)
        bar.update(task, completed=replay.file.bytes_total)
    return replay


def _producer() -> TillProducer:
    """One that sells as the simulated shops do, and may do nothing else."""
    return TillProducer(load_settings().as_service(BUSINESS.service).kafka_access())


def _columns(given: list[str]) -> Columns:
    chosen: dict[str, str] = {}
    for text in given:
        name, equals, column = text.partition("=")
        if not equals or not column or name not in _COLUMN_NAMES:
            raise typer.BadParameter(
                f"{text!r} is not NAME=COLUMN with a NAME of {', '.join(_COLUMN_NAMES)}"
            )
        chosen[name] = column
    return Columns(**chosen)


def _prefix(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]{0,40}", text):
        raise typer.BadParameter(f"prefix {text!r} is not of at most 40 of A-Z a-z 0-9 . _ -")
    return text


def _minor_digits(currency: str) -> int:
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise typer.BadParameter(f"{currency!r} is not an ISO 4217 code such as EUR")
    return get_currency_precision(currency)
