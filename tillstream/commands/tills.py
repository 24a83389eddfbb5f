"""``tillstream tills``: tills as they stand, and what becomes of one that is gone or has a gap."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from clients.kafka import KafkaAccess
from operations.status.words import ago
from operations.tills import Gap, closing, decide, end_of_events, forgetting, gap, till
from operations.tills import tills as all_tills
from tillstream.settings import load_settings
from topics.derived import TillStatus
from topics.sequences import count
from topics.upkeep import TillUpkeep

RANGES_SHOWN = 10
"""Ranges of missing numbers on a line for people; programs get all that the workers list."""

tills = typer.Typer(
    name="tills",
    help="Tills as they stand; forget one that is gone, close a gap that nobody will fill.",
    no_args_is_help=True,
)

Location = Annotated[str, typer.Argument(metavar="LOCATION", help="Id of the location.")]
TillId = Annotated[str, typer.Argument(metavar="TILL", help="Id of the till there.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.add_typer(tills)


@tills.command("list")
def list_tills(
    location: Annotated[
        str | None,
        typer.Argument(metavar="LOCATION", help="Id of a location; else all.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show tills: epoch, newest number, what is missing, forks, and when each was last heard."""
    known = all_tills(load_settings().kafka_access())
    shown = [each for each in known.values() if location in (None, each.location_id)]
    if as_json:
        typer.echo(json.dumps([each.model_dump(mode="json") for each in shown], indent=2))
        return
    for each in shown:
        typer.echo("\n".join(_in_words(each)))
    typer.echo(f"{len(shown)} tills", err=True)


@tills.command()
def forget(location: Location, till_id: TillId, yes: Yes = False, as_json: AsJson = False) -> None:
    """Forget a till that is gone for good: its row leaves topic, board and database.

    What it sold stays. What is missing of it will be missed no more, so look first. If it speaks
    again, in its newest epoch too, it is a till that nobody knew. Exit status 1 if there is none.
    """
    kafka = load_settings().kafka_access()
    status = till(all_tills(kafka), location, till_id)
    typer.echo("\n".join(_in_words(status)), err=True)
    if not yes:
        typer.confirm(f"Forget {till_id} of {location}?", abort=True, err=True)
    decision = forgetting(status, end_of_events(kafka, location))
    _carry_out(kafka, decision, f"{till_id} of {location} is forgotten", as_json)


@tills.command("close-gap")
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
    status = till(all_tills(kafka), location, till_id)
    closed = gap(status, epoch, up_to)
    typer.echo(_gap_in_words(status, closed), err=True)
    if not yes:
        typer.confirm("Close it?", abort=True, err=True)
    done = f"the gap of {till_id} of {location} in epoch {closed.epoch} is closed"
    _carry_out(kafka, closing(status, closed, end_of_events(kafka, location)), done, as_json)


def _carry_out(kafka: KafkaAccess, decision: TillUpkeep, done: str, as_json: bool) -> None:
    offset = decide(kafka, decision)
    told: dict[str, Any] = {**decision.model_dump(mode="json"), "offset": offset}
    typer.echo(json.dumps(told, indent=2) if as_json else f"{done} once its worker has read it")


def _in_words(status: TillStatus) -> Iterator[str]:
    heard = ago(status.last_seen, datetime.now(UTC))
    yield (
        f"{status.location_id}  {status.till_id}  epoch {status.epoch} up to "
        f"{status.last_sequence}, heard {heard}"
    )
    counts = {
        "missing": status.missing_count,
        "unreadable": status.quarantined,
        "duplicates": status.duplicates,
        "forks": status.forks,
        "unlisted": status.unlisted,
    }
    if found := [f"{number:,} {name}" for name, number in counts.items() if number]:
        yield f"    {', '.join(found)}"
    if status.missing:
        yield f"    missing: {_ranges(status.missing)}"
    for each in status.older:
        missing = _ranges(each.missing) or "nothing"
        yield f"    epoch {each.epoch} up to {each.last_sequence} is open, missing: {missing}"


def _gap_in_words(status: TillStatus, closed: Gap) -> str:
    numbers = count([list(each) for each in closed.missing])
    more = " and more that the status does not list" if closed.is_cut else ""
    what = (
        f"{numbers:,} missing numbers ({_ranges(closed.missing)}){more}" if numbers else "nothing"
    )
    if closed.is_older:
        return (
            f"Epoch {closed.epoch} of {status.till_id} misses {what}. Closed, whatever comes of "
            "it later is a dead letter."
        )
    return f"Epoch {closed.epoch} of {status.till_id}: {what} would be missed no more."


def _ranges(ranges: tuple[tuple[int, int], ...]) -> str:
    shown = [str(a) if a == b else f"{a} to {b}" for a, b in ranges[:RANGES_SHOWN]]
    left = len(ranges) - len(shown)
    return ", ".join(shown) + (f" and {left:,} ranges more" if left else "")
