"""``tillstream reconcile --stores``: which stores, how they are asked, and what is printed."""

import json
from collections.abc import Sequence

import psycopg
import typer

from clients.errors import AccessError
from clients.postgres import PostgresAccess
from local import control
from operations.kafka.reader import KafkaAway
from operations.reconcile.stores.run import (
    ComparedStore,
    StoreOutcome,
    StoresRequest,
    reconcile_stores,
)
from tillstream.database_roles import LOOKING
from tillstream.settings import Settings
from tillstream.terminal import ended

DIFFERENT = 1
NOT_COMPARED = 2


def run(
    settings: Settings, named: Sequence[str], location: str, wait_seconds: float, as_json: bool
) -> int:
    """Compare and print; the exit status. ``location`` is empty for all."""
    stores = [_named(each) for each in named] or _of_stack(settings)
    chosen = [each for each in stores if location in ("", each.location_id)]
    if not chosen:
        words = f"no store {location}" if location else "no store with a database of its own"
        raise ended(f"could not compare: {words} is known; name it by --store", NOT_COMPARED)
    request = StoresRequest(
        settings.kafka_access(), settings.postgres_access(LOOKING), chosen, wait_seconds
    )
    try:
        outcomes = reconcile_stores(request, lambda doing, done, total: None)
    except (psycopg.Error, KafkaAway) as fault:
        what = str(fault).strip() or type(fault).__name__
        raise ended(f"could not compare: {what}", NOT_COMPARED) from fault
    _print(outcomes, as_json)
    return DIFFERENT if any(each.differences for each in outcomes) else 0


def _named(told: str) -> ComparedStore:
    location_id, sign, dsn = told.partition("=")
    if not (location_id and sign and dsn):
        raise typer.BadParameter(f"{location_id or told!r}: a store is LOCATION_ID=DSN")
    return _store(location_id, dsn)


def _store(location_id: str, dsn: str) -> ComparedStore:
    try:
        return ComparedStore(location_id, PostgresAccess(dsn))
    except AccessError as error:
        raise typer.BadParameter(f"{location_id}: {error}") from error


def _of_stack(settings: Settings) -> list[ComparedStore]:
    """A stack without stores shows the centre as one: that would be compared with itself."""
    found = control.status(settings.stack_home()).as_json()
    return [
        _store(each["location_id"], each["postgres"])
        for each in found["stores"]
        if each["postgres"] != found["postgres"]
    ]


def _print(outcomes: Sequence[StoreOutcome], as_json: bool) -> None:
    if as_json:
        told = [each.to_json() for each in outcomes]
        typer.echo(json.dumps(told, indent=2, default=str))
        return
    for each in outcomes:
        for difference in each.differences:
            typer.echo("\n".join(difference.in_words()))
        found = len(each.differences)
        typer.echo(f"{each.location_id}: {f'{found} differences' if found else 'no difference'}")
        if each.not_sent:
            typer.echo(f"{each.location_id}: {each.not_sent} rows are not yet sent to the store")
        if each.not_told:
            typer.echo(f"{each.location_id}: {each.not_told} are not yet told to the centre")
