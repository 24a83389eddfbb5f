"""``tillstream tills``: tills as they stand, and what becomes of one that is gone or has a gap."""

from typing import Annotated

import typer

from clients.kafka import KafkaAccess
from operations.tills import closing, decide, end_of_events, forgetting, gap, till, tills
from operations.tills_in_words import gap_in_words, in_words
from tillstream.settings import load_settings
from tillstream.terminal import AsJson, Yes, grouped, tell
from topics.upkeep import TillUpkeep

group = grouped("Tills as they stand; forget one that is gone, close a gap that nobody will fill.")

Location = Annotated[str, typer.Argument(metavar="LOCATION", help="Id of the location.")]
TillId = Annotated[str, typer.Argument(metavar="TILL", help="Id of the till there.")]


@group.command("list")
def list_tills(
    location: Annotated[
        str | None,
        typer.Argument(metavar="LOCATION", help="Id of a location; else all.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show tills: epoch, newest number, what is missing, forks, and when each was last heard."""
    known = tills(load_settings().kafka_access())
    shown = [each for each in known.values() if location in (None, each.location_id)]
    told = [each.model_dump(mode="json") for each in shown]
    tell(as_json, told, (line for each in shown for line in in_words(each)))
    if not as_json:
        typer.echo(f"{len(shown)} tills", err=True)


@group.command()
def forget(location: Location, till_id: TillId, yes: Yes = False, as_json: AsJson = False) -> None:
    """Forget a till that is gone for good: its row leaves topic, board and database.

    What it sold stays. What is missing of it will be missed no more, so look first. If it speaks
    again, in its newest epoch too, it is a till that nobody knew. Exit status 1 if there is none.
    """
    kafka = load_settings().kafka_access()
    status = till(tills(kafka), location, till_id)
    typer.echo("\n".join(in_words(status)), err=True)
    if not yes:
        typer.confirm(f"Forget {till_id} of {location}?", abort=True, err=True)
    decision = forgetting(status, end_of_events(kafka, location))
    _carry_out(kafka, decision, f"{till_id} of {location} is forgotten", as_json)


@group.command("close-gap")
def close_gap(
    location: Location,
    till_id: TillId,
    epoch: Annotated[
        int | None, typer.Option(min=1, help="Epoch of the till.", show_default="its newest")
    ] = None,
    up_to: Annotated[
        int | None,
        typer.Option(min=1, help="Close no number above this.", show_default="the newest heard"),
    ] = None,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Wait no longer for missing events of a till: they will never come.

    Of the newest epoch they are merely missed no more; one that comes after all is applied. An
    epoch before it closes as a whole: whatever comes of it later is a dead letter.
    Exit status 1 if there is no such till or epoch, or nothing is missing.
    """
    kafka = load_settings().kafka_access()
    status = till(tills(kafka), location, till_id)
    closed = gap(status, epoch, up_to)
    typer.echo(gap_in_words(status, closed), err=True)
    if not yes:
        typer.confirm("Close it?", abort=True, err=True)
    done = f"the gap of {till_id} of {location} in epoch {closed.epoch} is closed"
    _carry_out(kafka, closing(status, closed, end_of_events(kafka, location)), done, as_json)


def _carry_out(kafka: KafkaAccess, decision: TillUpkeep, done: str, as_json: bool) -> None:
    offset = decide(kafka, decision)
    told = {**decision.model_dump(mode="json"), "offset": offset}
    tell(as_json, told, f"{done} once its worker has read it", indent=2)
