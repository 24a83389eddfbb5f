"""``tillstream webhooks``: endpoints that are told of restock alerts, and what became of it."""

import asyncio
import uuid
from collections.abc import Generator, Iterator
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
from tillstream.terminal import AsJson, grouped, mendable, tell
from tillstream.webhooks import reach_of

group = grouped("Addresses that are told of restock alerts: name them, look at deliveries, retry.")


class DeliveryState(StrEnum):
    """What became of a message."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


EndpointId = Annotated[str, typer.Argument(metavar="ENDPOINT", help="Its id, such as ep_1a2b3c.")]
OfEndpoint = Annotated[str | None, typer.Option("--endpoint", help="Of this endpoint only.")]


@contextmanager
def _desk() -> Generator[tuple[Settings, desk.Connection]]:
    settings = load_settings()
    access = settings.postgres_access(KEEPING_ENDPOINTS)
    with mendable(WebhookRefused), desk.opened(access) as connection:
        yield settings, connection


@group.command()
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
    words = (
        f"{added.endpoint_id} is told of alerts at {added.url}",
        f"secret, not shown again: {added.secret}",
    )
    tell(as_json, added, words)


@group.command("list")
def list_endpoints(as_json: AsJson = False) -> None:
    """Show the endpoints, and how many messages wait for each."""
    with _desk() as (_, connection):
        found = desk.endpoints(connection)
    tell(as_json, found, (line for each in found for line in _in_words(each)))
    if not as_json:
        typer.echo(f"{len(found)} endpoints", err=True)


def _in_words(endpoint: dict[str, Any]) -> Iterator[str]:
    last = endpoint["last_delivered_at"]
    yield f"{endpoint['endpoint_id']}  {endpoint['url']}  {endpoint['description']}".rstrip()
    yield (
        f"    {endpoint['waiting']} waiting, {endpoint['dead_letters']} given up, last delivered "
        f"{last.astimezone(UTC).isoformat(timespec='seconds') if last else 'never'}"
    )


@group.command()
def remove(endpoint: EndpointId) -> None:
    """Forget an endpoint with all that waits for it. Exit status 1 if there is none."""
    with _desk() as (_, connection):
        desk.remove(connection, endpoint)
    typer.echo(f"{endpoint} is no longer told")


@group.command()
def rotate(endpoint: EndpointId, as_json: AsJson = False) -> None:
    """Make another secret for an endpoint; nothing that waits is lost.

    From the next message on each has two signatures, by the new secret and by the one before, so
    that its receiver can change over at leisure. Prints the new one, once. Exit status 1 if there
    is no such endpoint.
    """
    with _desk() as (_, connection):
        fresh = desk.rotate(connection, endpoint)
    told = {"endpoint_id": endpoint, "secret": fresh}
    tell(as_json, told, f"secret, not shown again: {fresh}")


@group.command()
def test(endpoint: EndpointId, as_json: AsJson = False) -> None:
    """Send one signed message of the type "test" now, from here, and say what came of it.

    Exit status 1 unless the endpoint took it.
    """
    with _desk() as (settings, connection):
        found = desk.find(connection, endpoint)
        answer = asyncio.run(_try(settings, found))
    told = {"delivered": not answer.error, "status": answer.status, "error": answer.error}
    if answer.error and not as_json:
        typer.echo(f"{found.url} did not take it: {answer.error}", err=True)
    else:
        words = f"{found.url} answered {answer.status} after {answer.seconds:.2f} s"
        tell(as_json, told, words)
    raise typer.Exit(1 if answer.error else 0)


async def _try(settings: Settings, endpoint: desk.Endpoint) -> EndpointAnswer:
    text = body("test", datetime.now(UTC).timestamp(), "{}").encode()
    async with sender(reach_of(settings), settings.webhook_timeout_seconds) as opened:
        return await opened.send(endpoint.url, endpoint.secret, f"test_{uuid.uuid4().hex}", text)


@group.command()
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
    tell(as_json, found, (line for each in found for line in _delivery_in_words(each)))


def _delivery_in_words(delivery: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{delivery['message_id']}  {delivery['endpoint_id']}  {delivery['subject']}  "
        f"{delivery['state']}, {delivery['attempts']} attempts"
    )
    if delivery["last_error"]:
        yield f"    {delivery['last_error']}"


@group.command()
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
    tell(as_json, {"retried": chosen}, f"{len(chosen)} are sent again")
    raise typer.Exit(1 if message and not chosen else 0)
