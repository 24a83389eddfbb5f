"""``tillstream topics``: a cluster's topics, and the documents of the contracts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from identity.names import StoreName
from operations.topic_sync import access_sync
from operations.topic_sync.access_sync import AccessFinding
from operations.topic_sync.links import links_of, sync_links
from operations.topic_sync.sync import TopicFinding, is_in_order, is_refused, sync
from tillstream.settings import HOME, load_settings
from tillstream.terminal import AsJson, grouped, tell
from topics.export import documents

group = grouped("Create and check the topics; write the documents of the contracts.")


Check = Annotated[
    bool, typer.Option("--check", help="Only compare; exit status 1 if anything differs.")
]
TopicsOnly = Annotated[bool, typer.Option("--topics-only", help="Leave alone who may do what.")]
Store = Annotated[
    list[str] | None,
    typer.Option(
        help="A location whose gateway stands on this cluster; once for each. The rules of its "
        "store are kept, too; those of others stay as they are."
    ),
]
StoreMirrored = Annotated[
    list[str] | None,
    typer.Option(
        help="A location whose store has a Kafka of its own, mirrored with this one; once for "
        "each. Its topics and rules here are kept from then on, named again or not."
    ),
]
Own = Annotated[
    str | None,
    typer.Option(help="The location whose store this cluster is, mirrored with the centre's."),
]


@group.command("sync")
def sync_topics(
    check: Check = False,
    topics_only: TopicsOnly = False,
    store: Store = None,
    mirrored: StoreMirrored = None,
    own: Own = None,
    as_json: AsJson = False,
) -> None:
    """Create missing topics, set the settings that differ, and keep who may do what to the table.

    A partition count is never changed, for that would break the order of events: where one
    differs, no topic is changed and the exit status is 1. Of access rules, those of services are
    kept; an open cluster, which asks nobody who they are, has none.
    """
    settings = load_settings()
    kafka, partitions, name = settings.kafka_access(), settings.partitions, settings.application_id
    links = links_of(kafka, _locations(mirrored or ()), *_locations((own,) if own else ()))
    if not check and not topics_only:
        access_sync.begin(kafka, links)
    findings = sync(kafka, partitions, settings.replication, change=not check, application_id=name)
    if not is_refused(findings):
        findings += sync_links(kafka, links, settings.replication, change=not check)
    ruled: list[AccessFinding] | None = []
    if not topics_only and not is_refused(findings):
        ruled = access_sync.sync_access(
            kafka, name, partitions, change=not check, stores=store or (), links=links
        )
    _tell(findings, ruled, as_json)
    in_order = is_in_order(findings) and all(each.is_in_order for each in ruled or ())
    raise typer.Exit(0 if in_order else 1)


@group.command()
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


def _locations(named: Sequence[str]) -> list[str]:
    """Raises `IdentityError` where one can be no location's id."""
    return [StoreName(each).location_id for each in named]


def _tell(findings: list[TopicFinding], ruled: list[AccessFinding] | None, as_json: bool) -> None:
    every = (*findings, *(ruled or ()))
    tell(as_json, [e.as_json() for e in every], (line for e in every for line in e.in_words()))
    if not as_json and is_refused(findings):
        typer.echo("Nothing was changed.", err=True)
    if not as_json and ruled is None:
        typer.echo("Kafka asks nobody who they are, and lets everybody do everything.", err=True)
