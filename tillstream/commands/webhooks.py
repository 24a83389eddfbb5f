"""``tillstream webhooks``: endpoints that are told of restock alerts, and what became of it."""

import asyncio
import json
import sys
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from connectors.webhooks import desk
from connectors.webhooks.errors import WebhookRefused
from connectors.webhooks.notices import body
from connectors.webhooks.sending import EndpointAnswer, sender
from tillstream.database_roles import KEEPING_ENDPOINTS
from tillstream.settings import Settings, load_settings
from tillstream.webhooks import reach_of

webhooks = typer.Typer(
    name="webhooks",
    help="Addresses that are told of restock alerts: name them, look at deliveries, retry.",
    no_args_is_help=True,
)


class DeliveryState(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


EndpointId = Annotated[str, typer.Argument(metavar="ENDPOINT", help="Its id, such as ep_1a2b3c.")]
OfEndpoint = Annotated[str | None, typer.Option("--endpoint", help="Of this endpoint only.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.add_typer(webhooks)


@contextmanager
def _desk() -> Generator[tuple[Settings, desk.Connection]]:
    settings = load_settings()
    try:
        with desk.opened(settings.postgres_access(KEEPING_ENDPOINTS)) as connection:
            yield settings, connection
    except WebhookRefused as fault:
        sys.exit(f"tillstream: {fault}")


@webhooks.command("add")
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to send, https://host/path.")],
    description: Annotated[str, typer.Option(help="Whose it is, for who reads the list.")] = "",
    as_json: AsJson = False,
) -> None:
    """Name an endpoint. It is told of every change of an alert from now on.

    Prints the secret that signs its messages, once: it is not shown again. Exit status 1 if the
    address is refused; a local stack's webhooks may go to this machine, others to public
    addresses and to TILLSTREAM_WEBHOOK_NETWORKS.
    """
    with _desk() as (settings, connection):
        added = desk.add(connection, url, description, reach_of(settings))
    if as_json:
        told = {"endpoint_id": added.endpoint_id, "url": added.url, "secret": added.secret}
        typer.echo(json.dumps(told))
        return
    typer.echo(f"{added.endpoint_id} is told of alerts at {added.url}")
    typer.echo(f"secret, not shown again: {added.secret}")


@webhooks.command("list")
def list_endpoints(as_json: AsJson = False) -> None:
    """Show the endpoints, and how many messages wait for each."""
    with _desk() as (_, connection):
        found = desk.endpoints(connection)
    if as_json:
        typer.echo(_json(found))
        return
    for each in found:
        last = each["last_delivered_at"]
        typer.echo(f"{each['endpoint_id']}  {each['url']}  {each['description']}".rstrip())
        typer.echo(
            f"    {each['waiting']} waiting, {each['dead_letters']} given up, last delivered "
            f"{last.astimezone(UTC).isoformat(timespec='seconds') if last else 'never'}"
        )
    typer.echo(f"{len(found)} endpoints", err=True)


@webhooks.command("remove")
def remove(endpoint: EndpointId) -> None:
    """Forget an endpoint with all that waits for it. Exit status 1 if there is none."""
    with _desk() as (_, connection):
        desk.remove(connection, endpoint)
    typer.echo(f"{endpoint} is no longer told")


@webhooks.command("rotate")
def rotate(endpoint: EndpointId, as_json: AsJson = False) -> None:
    """Make another secret for an endpoint; nothing that waits is lost.

    From the next message on each has two signatures, by the new secret and by the one before, so
    that its receiver can change over at leisure. Prints the new one, once. Exit status 1 if there
    is no such endpoint.
    """
    with _desk() as (_, connection):
        fresh = desk.rotate(connection, endpoint)
    if as_json:
        typer.echo(json.dumps({"endpoint_id": endpoint, "secret": fresh}))
        return
    typer.echo(f"secret, not shown again: {fresh}")


@webhooks.command("test")
def test(endpoint: EndpointId, as_json: AsJson = False) -> None:
    """Send one signed message of the type "test" now, from here, and say what came of it.

    Exit status 1 unless the endpoint took it.
    """
    with _desk() as (settings, connection):
        found = desk.find(connection, endpoint)
        answer = asyncio.run(_try(settings, found))
    if as_json:
        told = {"delivered": not answer.error, "status": answer.status, "error": answer.error}
        typer.echo(json.dumps(told))
    elif answer.error:
        typer.echo(f"{found.url} did not take it: {answer.error}", err=True)
    else:
        typer.echo(f"{found.url} answered {answer.status} after {answer.seconds:.2f} s")
    raise typer.Exit(1 if answer.error else 0)


async def _try(settings: Settings, endpoint: desk.Endpoint) -> EndpointAnswer:
    text = body("test", datetime.now(UTC).timestamp(), "{}").encode()
    async with sender(reach_of(settings), settings.webhook_timeout_seconds) as opened:
        return await opened.send(endpoint.url, endpoint.secret, f"test_{uuid.uuid4().hex}", text)


@webhooks.command("deliveries")
def deliveries(
    endpoint: OfEndpoint = None,
    state: Annotated[
        DeliveryState | None, typer.Option(help="Only these; dead ones were given up.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Only so many, the newest.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show messages, the newest first: what waits, what was delivered within a week, what was
    given up."""
    with _desk() as (_, connection):
        found = desk.deliveries(connection, endpoint, state, limit)
    if as_json:
        typer.echo(_json(found))
        return
    for each in found:
        typer.echo(
            f"{each['message_id']}  {each['endpoint_id']}  {each['subject']}  {each['state']}, "
            f"{each['attempts']} attempts"
        )
        if each["last_error"]:
            typer.echo(f"    {each['last_error']}")


@webhooks.command("retry")
def retry(
    message: Annotated[
        str | None, typer.Argument(metavar="MESSAGE", help="One message, by its id.")
    ] = None,
    endpoint: OfEndpoint = None,
    everything: Annotated[bool, typer.Option("--all", help="All that was given up.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send what was given up again, under the same ids, in its order.

    Exit status 1 if a named message was not given up.
    """
    if not (message or endpoint or everything):
        raise typer.BadParameter("say which: a message, --endpoint or --all")
    with _desk() as (_, connection):
        chosen = desk.retry(connection, endpoint, message)
    typer.echo(json.dumps({"retried": chosen}) if as_json else f"{len(chosen)} are sent again")
    raise typer.Exit(1 if message and not chosen else 0)


def _json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, indent=2, default=lambda at: at.astimezone(UTC).isoformat())
