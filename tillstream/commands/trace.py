"""``tillstream trace``: where one event of a till has come to."""

from pathlib import Path
from typing import Annotated

import typer

from operations.errors import OperationError
from operations.trace.hops import Hop, TracedEvent, has_arrived
from operations.trace.run import at_centre
from operations.trace.words import lines
from tillstream.database_roles import LOOKING
from tillstream.journal_work import journal_path
from tillstream.settings import load_settings
from tillstream.terminal import AsJson, ended, tell
from tillstream.traced_store import StoreFiles, in_store

NOT_ARRIVED = 1
"""Exit status where the event has not come to each place, or counts for nothing."""

NOT_TRACED = 2
"""Exit status where Kafka or PostgreSQL did not answer."""


def command(
    location: Annotated[str, typer.Argument(help="Id of the location.", metavar="LOCATION")],
    till: Annotated[str, typer.Argument(help="Id of the till there.", metavar="TILL")],
    epoch: Annotated[int, typer.Argument(min=1, help="The till's epoch.", metavar="EPOCH")],
    sequence: Annotated[
        int, typer.Argument(min=1, help="The event's number in it.", metavar="SEQUENCE")
    ],
    journal: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="The till's journal; without it, that of the till on this machine.",
        ),
    ] = None,
    gateway_file: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            help="The gateway's file; without it, that of the location's gateway on this machine.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say where an event is: journal, gateway, Kafka, worker, sink, and what the till was told.

    Each place has its time, by its own clock. An event that is no sale and no return leaves no
    row of its own behind: of it, worker and sink only say that they have counted it.

    Exit status: 0 it has come to each place that could be asked, 1 it has not, or counts for
    nothing, 2 Kafka or PostgreSQL did not answer.
    """
    event = TracedEvent(location, till, epoch, sequence)
    hops = _hops(event, journal, gateway_file)
    tell(as_json, {"event": event._asdict(), "hops": hops}, lines(event, hops))
    raise typer.Exit(0 if has_arrived(hops) else NOT_ARRIVED)


def _hops(event: TracedEvent, journal: Path | None, gateway_file: Path | None) -> list[Hop]:
    settings = load_settings()
    files = StoreFiles(
        journal_path(settings, journal),
        gateway_file or settings.home / "gateway" / event.location_id / "gateway.sqlite",
    )
    try:
        found, centre = at_centre(settings.kafka_access(), settings.postgres_access(LOOKING), event)
    except OperationError as fault:
        raise ended(fault, NOT_TRACED) from fault
    written, told, taken = in_store(files, event, found)
    return [written, taken, *centre, told]
