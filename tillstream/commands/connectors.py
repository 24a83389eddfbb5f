"""``tillstream connectors``: what Kafka Connect runs, as `connectors.debezium` defines it."""

import json
import sys
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from connectors.debezium import keeper
from connectors.debezium.definition import NAME, SourceDatabase
from connectors.debezium.errors import ConnectorError
from connectors.debezium.keeper import ConnectorFinding
from connectors.debezium.resending import DAYS, DAYS_MAX
from operations.topic_sync.sync import sync
from tillstream.settings import Settings, load_settings
from topics.registry import ASSORTMENT, LOCATIONS, PRODUCTS, STOCK_MOVEMENTS

T = TypeVar("T")

Json = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]

connectors = typer.Typer(
    name="connectors",
    help="Apply and check the Debezium connector in Kafka Connect.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.add_typer(connectors)


@connectors.command()
def apply(
    wait: Annotated[
        float,
        typer.Option(min=0, help="Seconds to wait for it; a large first snapshot takes more."),
    ] = keeper.WAIT_SECONDS,
    as_json: Json = False,
) -> None:
    """Bring the connector to its definition and wait until it reads changes.

    Failed tasks are restarted and a stopped connector is resumed. Exit status 1, with the task's
    own words, if it does not come up.
    """
    settings = load_settings()
    _require_topics(settings)
    change = _or_exit(lambda: keeper.apply(settings.connect_access(), _source(settings), wait))
    _tell({"connector": NAME, "change": change}, f"{change:<10}{NAME}", as_json)


@connectors.command()
def check(as_json: Json = False) -> None:
    """Compare Connect with the definition; exit status 1 if a setting or the state differs."""
    finding = _find()
    _tell(finding.as_json(), _described(finding), as_json)
    raise typer.Exit(0 if finding.is_in_order else 1)


@connectors.command()
def status(as_json: Json = False) -> None:
    """Say what state the connector is in; exit status 1 if it is not running."""
    finding = _find()
    told = {"connector": finding.name, "state": finding.state, "trace": finding.trace}
    _tell(told, f"{finding.state:<10}{finding.name}\n{finding.trace}".rstrip(), as_json)
    raise typer.Exit(0 if finding.state == "RUNNING" else 1)


@connectors.command()
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
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
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
    _or_exit(lambda: keeper.reset(settings.connect_access(), _source(settings), days, wait))
    typer.echo(f"reset     {NAME}")


def _find() -> ConnectorFinding:
    settings = load_settings()
    return _or_exit(lambda: keeper.check(settings.connect_access(), _source(settings)))


def _source(settings: Settings) -> SourceDatabase:
    return SourceDatabase(
        settings.capture_access(),
        settings.partitions,
        settings.replication,
    )


def _require_topics(settings: Settings) -> None:
    """Rows sent to a topic that is not as it should be would lie in wrong partitions for good."""
    wanted = {spec.name for spec in (STOCK_MOVEMENTS, ASSORTMENT, PRODUCTS, LOCATIONS)}
    kafka = settings.kafka_access()
    findings = sync(kafka, settings.partitions, settings.replication, change=False)
    wrong = [found.topic for found in findings if found.topic in wanted and _is_unfit(found.state)]
    if wrong:
        sys.exit(f"tillstream: run 'tillstream topics sync' first, for {', '.join(wrong)}")


def _is_unfit(state: str) -> bool:
    return state in ("missing", "refused")


def _described(finding: ConnectorFinding) -> str:
    lines = [f"{finding.state:<10}{finding.name}"]
    lines += [
        f"{'':<12}{item.setting}: {item.found or 'unset'}, wanted {item.wanted or 'unset'}"
        for item in finding.differences
    ]
    return "\n".join([*lines, finding.trace]).rstrip()


def _tell(told: object, text: str, as_json: bool) -> None:
    typer.echo(json.dumps(told, indent=2) if as_json else text)


def _or_exit(call: Callable[[], T]) -> T:
    try:
        return call()
    except ConnectorError as error:
        sys.exit(f"tillstream: {error}")
