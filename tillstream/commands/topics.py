"""``tillstream topics``: a cluster's topics, and the documents of the contracts."""

import json
from pathlib import Path
from typing import Annotated

import typer

from operations.topic_sync import access_sync
from operations.topic_sync.access_sync import AccessFinding
from operations.topic_sync.sync import TopicFinding, is_in_order, is_refused, sync
from tillstream.settings import HOME, load_settings
from topics.export import documents

topics = typer.Typer(
    name="topics",
    help="Create and check the topics; write the documents of the contracts.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.add_typer(topics)


@topics.command("sync")
def sync_topics(
    check: Annotated[
        bool, typer.Option("--check", help="Only compare; exit status 1 if anything differs.")
    ] = False,
    topics_only: Annotated[
        bool, typer.Option("--topics-only", help="Leave alone who may do what.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Create missing topics, set the settings that differ, and keep who may do what to the table.

    A partition count is never changed, for that would break the order of events: where one
    differs, no topic is changed and the exit status is 1. Of access rules, those of services are
    kept; an open cluster, which asks nobody who they are, has none.
    """
    settings = load_settings()
    kafka, partitions, name = (
        settings.kafka_access(),
        settings.partitions,
        settings.application_id,
    )
    if not check and not topics_only:
        access_sync.begin(kafka)
    findings = sync(kafka, partitions, settings.replication, change=not check, application_id=name)
    ruled: list[AccessFinding] | None = []
    if not topics_only and not is_refused(findings):
        ruled = access_sync.sync_access(kafka, name, partitions, change=not check)
    if as_json:
        typer.echo(json.dumps([each.as_json() for each in (*findings, *(ruled or ()))], indent=2))
    else:
        _print(findings)
        _print_access(ruled)
    in_order = is_in_order(findings) and all(each.is_in_order for each in ruled or ())
    raise typer.Exit(0 if in_order else 1)


@topics.command()
def export(
    folder: Annotated[
        Path, typer.Option(help="Where to write asyncapi.json and schemas/.", file_okay=False)
    ] = HOME / "docs" / "contracts",
) -> None:
    """Write the JSON Schemas and the AsyncAPI 3.0 document of the contracts."""
    written = documents()
    for path, text in written.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    for stale in sorted(set(folder.glob("schemas/*.json")) - {folder / path for path in written}):
        stale.unlink()
    typer.echo(f"{len(written)} documents in {folder}")


def _print(findings: list[TopicFinding]) -> None:
    for finding in findings:
        typer.echo(f"{finding.state:<10}{finding.topic}")
        for item in finding.differences:
            typer.echo(f"{'':<12}{item.setting}: {item.found or 'unset'}, wanted {item.wanted}")
        if finding.advice:
            typer.echo(f"{'':<12}{finding.advice}")
    if is_refused(findings):
        typer.echo("Nothing was changed.", err=True)


def _print_access(findings: list[AccessFinding] | None) -> None:
    if findings is None:
        typer.echo("Kafka asks nobody who they are, and lets everybody do everything.", err=True)
    for finding in findings or ():
        typer.echo(f"{finding.state:<10}{finding.principal}")
        for sign, rules in (("+", finding.lacking), ("-", finding.beyond)):
            for rule in rules:
                typer.echo(f"{'':<12}{sign} {rule}")
