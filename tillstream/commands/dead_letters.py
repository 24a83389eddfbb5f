"""``tillstream dead-letters``: what could not be applied, and sending it back after a fix."""

import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from operations.dead_letters.letters import (
    Choice,
    Progress,
    RetryOutcome,
    dead_letter_topics,
    retry,
)
from operations.dead_letters.listing import describe
from operations.dead_letters.quarantine import Quarantined, quarantine
from tillstream.settings import load_settings
from topics.dead_letters import parse_source

dead_letters = typer.Typer(
    name="dead-letters",
    help="Messages that could not be applied: see them, and send them back after a fix.",
    no_args_is_help=True,
)

Topic = Annotated[
    str | None,
    typer.Argument(metavar="TOPIC", help="An input topic, such as till.cart-events; else all."),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.add_typer(dead_letters)


@dead_letters.command("list")
def list_letters(
    topic: Topic = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Only so many, the newest.", show_default="all")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show dead letters, oldest first: reason, error, source, size, key and start of the value."""
    described = describe(load_settings().kafka_access(), _topics(topic), limit)
    if as_json:
        typer.echo(json.dumps(described, indent=2))
        return
    for letter in described:
        _print(letter)
    typer.echo(f"{len(described)} dead letters", err=True)


@dead_letters.command("retry")
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
    _tell(outcome, unknown, dry_run, as_json)
    raise typer.Exit(1 if unknown else 0)


@dead_letters.command("quarantine")
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
    if as_json:
        typer.echo(json.dumps(_as_plain(done), indent=2))
    else:
        typer.echo("\n".join(_in_words(done)))


def _as_plain(done: Quarantined) -> dict[str, Any]:
    return {
        "source": str(done.source),
        "key": done.key,
        "size_bytes": done.size_bytes,
        "was_set_aside": done.before,
        "passed_by": list(done.passed_by),
        **done.decision.model_dump(mode="json"),
    }


def _in_words(done: Quarantined) -> Iterator[str]:
    verb = "was set aside before" if done.before else "is set aside"
    key = "no key" if done.key is None else f"key {done.key!r}"
    yield f"{done.source} ({key}, {done.size_bytes} bytes) {verb}: {done.decision.reason}"
    for state in done.passed_by:
        yield f"{state} has passed it already; there it changes nothing."
    yield (
        "A worker that stops at it passes it at its next start, to the dead letters with the "
        "reason 'quarantined'. The local stack starts it again by itself within 30 s."
    )
    yield f"After a fix: tillstream dead-letters retry --source {done.source}"


def _topics(topic: str | None) -> list[str]:
    try:
        return dead_letter_topics(topic)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error


@contextmanager
def _progress() -> Generator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("dead letters", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _print(letter: dict[str, Any]) -> None:
    retried = "  (sent back)" if letter["retried"] else ""
    retried = "  (told again by a rebuild)" if letter["repeated"] else retried
    key = "no key" if letter["key"] is None else f"key {letter['key']!r}"
    typer.echo(f"{letter['source']}  {letter['reason']}{retried}")
    typer.echo(f"    {letter['error']}")
    typer.echo(f"    {letter['written_at']}, {key}, {letter['size_bytes']} bytes: ", nl=False)
    typer.echo(repr(letter["preview"]))


def _tell(outcome: RetryOutcome, unknown: list[str], dry_run: bool, as_json: bool) -> None:
    if as_json:
        told = {
            "dry_run": dry_run,
            "sent": outcome.sent,
            "sent_before": outcome.sent_before,
            "unknown": unknown,
        }
        typer.echo(json.dumps(told, indent=2))
        return
    verb = "would be sent back" if dry_run else "sent back"
    for source in outcome.sent if dry_run else []:
        typer.echo(source)
    typer.echo(f"{len(outcome.sent)} {verb}; {outcome.sent_before} had been sent back before")
    for source in unknown:
        typer.echo(f"no dead letter with source {source}", err=True)
