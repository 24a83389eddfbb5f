"""``tillstream dead-letters``: what could not be applied, and sending it back after a fix."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer

from operations.dead_letters.letters import Choice, Progress, dead_letter_topics, retry
from operations.dead_letters.listing import describe, in_words
from operations.dead_letters.quarantine import quarantine
from tillstream.settings import load_settings
from tillstream.terminal import AsJson, bars, grouped, tell
from topics.dead_letters import parse_source

group = grouped("Messages that could not be applied: see them, and send them back after a fix.")

Topic = Annotated[
    str | None,
    typer.Argument(metavar="TOPIC", help="An input topic, such as till.cart-events; else all."),
]


@group.command("list")
def list_letters(
    topic: Topic = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many, the newest.", show_default="all")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show dead letters, oldest first: reason, error, source, size, key and start of the value."""
    described = describe(load_settings().kafka_access(), _topics(topic), limit)
    tell(as_json, described, (line for letter in described for line in in_words(letter)))
    if not as_json:
        typer.echo(f"{len(described)} dead letters", err=True)


@group.command("retry")
def retry_letters(
    topic: Topic = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            help="The letter of this source, even if it was sent back before. Repeatable."
        ),
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Letters of this reason.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All letters that wait.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be sent; send nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send letters back to their input topic as they came, each once.

    Key, value and headers are the original ones, without reason, error and source. A letter that
    is refused again comes back as a new one. Exit status 1 if a named source was not found.
    """
    if sum((bool(source), reason is not None, everything)) != 1:
        raise typer.BadParameter("say which: --source, --reason or --all")
    choice = Choice(reason, frozenset(source or ()))
    with _progress() as progress:
        kafka = load_settings().kafka_access()
        outcome = retry(kafka, _topics(topic), choice, progress, dry_run=dry_run)
    unknown = sorted(choice.sources - set(outcome.sent))
    told = {
        "dry_run": dry_run,
        "sent": outcome.sent,
        "sent_before": outcome.sent_before,
        "unknown": unknown,
    }
    verb = "would be sent back" if dry_run else "sent back"
    counted = f"{len(outcome.sent)} {verb}; {outcome.sent_before} had been sent back before"
    tell(as_json, told, [*(outcome.sent if dry_run else ()), counted], indent=2)
    for lost in () if as_json else unknown:
        typer.echo(f"no dead letter with source {lost}", err=True)
    raise typer.Exit(1 if unknown else 0)


@group.command("quarantine")
def quarantine_message(
    source: Annotated[
        str,
        typer.Argument(
            metavar="TOPIC-PARTITION-OFFSET", help="As the worker names it that stops there."
        ),
    ],
    reason: Annotated[
        str, typer.Option(help="Why, for whoever finds the letter.")
    ] = "a worker stopped at it",
    as_json: AsJson = False,
) -> None:
    """Move one input message out of the workers' way: for one at which a worker stops each time.

    It goes to the dead letters, byte for byte, with the reason `quarantined`, and everything
    behind it is applied. After a fix, 'dead-letters retry --source' sends it back. Said twice, it
    is done once. Exit status 1 if there is no such message, or the workers are past it.
    """
    settings = load_settings()
    try:
        place = parse_source(source)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    done = quarantine(settings.kafka_access(), settings.application_id, place, reason)
    tell(as_json, done.as_json(), done.in_words(), indent=2)


def _topics(topic: str | None) -> list[str]:
    try:
        return dead_letter_topics(topic)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@contextmanager
def _progress() -> Generator[Progress]:
    with bars(transient=True) as shown:
        task = shown.add_task("dead letters", total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
