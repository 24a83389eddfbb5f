"""``tillstream connectors``: what Kafka Connect runs, as `connectors.debezium` defines it."""

import sys
from typing import Annotated

import typer

from connectors.connect.errors import ConnectorError
from connectors.connect.finding import ConnectorFinding
from connectors.debezium import keeper
from connectors.debezium.definition import NAME, SourceDatabase
from connectors.debezium.resending import DAYS, DAYS_MAX
from operations.topic_sync.sync import sync
from tillstream.settings import Settings, load_settings
from tillstream.terminal import AsJson, Yes, grouped, mendable, tell
from topics.registry import ASSORTMENT, LOCATIONS, PRODUCTS, STOCK_MOVEMENTS

group = grouped("Apply and check the Debezium connector in Kafka Connect.")


@group.command()
@mendable(ConnectorError)
def apply(
    wait: Annotated[
        float,
        typer.Option(min=0, help="Seconds to wait for it; a large first snapshot takes more."),
    ] = keeper.WAIT_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Bring the connector to its definition and wait until it reads changes.

    Failed tasks are restarted and a stopped connector is resumed. Exit status 1, with the task's
    own words, if it does not come up.
    """
    settings = load_settings()
    _require_topics(settings)
    change = keeper.apply(settings.connect_access(), _source(settings), wait)
    tell(as_json, {"connector": NAME, "change": change}, f"{change:<10}{NAME}", indent=2)


@group.command()
def check(as_json: AsJson = False) -> None:
    """Compare Connect with the definition; exit status 1 if a setting or the state differs."""
    finding = _find()
    tell(as_json, finding.as_json(), finding.in_words(), indent=2)
    raise typer.Exit(0 if finding.is_in_order else 1)


@group.command()
def status(as_json: AsJson = False) -> None:
    """Say what state the connector is in; exit status 1 if it is not running."""
    finding = _find()
    told = {"connector": finding.name, "state": finding.state, "trace": finding.trace}
    words = f"{finding.state:<10}{finding.name}\n{finding.trace}".rstrip()
    tell(as_json, told, words, indent=2)
    raise typer.Exit(0 if finding.state == "RUNNING" else 1)


@group.command()
@mendable(ConnectorError)
def reset(
    days: Annotated[
        int,
        typer.Option(
            min=0, max=DAYS_MAX, help="Movements that occurred in so many days are sent as well."
        ),
    ] = DAYS,
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for it; it goes on all the same.")
    ] = keeper.WAIT_SECONDS,
    yes: Yes = False,
) -> None:
    """Send master data once more, and the movements of the last days.

    Nothing is counted twice, and what is booked meanwhile is sent as well. Where the replication
    slot is gone, both begin anew: then --days must reach back to before that, and rows that were
    deleted since are not told to the readers.
    """
    settings = load_settings()
    _require_topics(settings)
    if not yes:
        typer.confirm(f"Send master data and {days} days of movements again?", abort=True)
    keeper.reset(settings.connect_access(), _source(settings), days, wait)
    typer.echo(f"reset     {NAME}")


@mendable(ConnectorError)
def _find() -> ConnectorFinding:
    settings = load_settings()
    return keeper.check(settings.connect_access(), _source(settings))


def _source(settings: Settings) -> SourceDatabase:
    return SourceDatabase(settings.capture_access(), settings.partitions, settings.replication)


def _require_topics(settings: Settings) -> None:
    """Rows sent to a topic that is not as it should be would lie in wrong partitions for good."""
    wanted = {spec.name for spec in (STOCK_MOVEMENTS, ASSORTMENT, PRODUCTS, LOCATIONS)}
    kafka = settings.kafka_access()
    findings = sync(kafka, settings.partitions, settings.replication, change=False)
    wrong = [
        found.topic
        for found in findings
        if found.topic in wanted and found.state in ("missing", "refused")
    ]
    if wrong:
        sys.exit(f"tillstream: run 'tillstream topics sync' first, for {', '.join(wrong)}")
