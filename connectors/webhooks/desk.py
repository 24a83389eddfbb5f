"""What people do with webhooks: name endpoints, look at deliveries, send dead letters again."""

import getpass
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from clients.postgres import PostgresAccess
from connectors.webhooks.addresses import Reach
from connectors.webhooks.errors import WebhookRefused
from connectors.webhooks.signing import new_secret, rotated
from connectors.webhooks.store import query

CONNECT_SECONDS = 10
"""How long the database may take to answer before it counts as away."""

_ID_BYTES = 6

Connection = psycopg.Connection[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint with what signs its messages."""

    endpoint_id: str
    url: str
    secret: str


@contextmanager
def opened(postgres: PostgresAccess) -> Generator[Connection]:
    """A connection whose changes stay where the block ends well; `WebhookRefused` without one."""
    try:
        with postgres.connect(connect_timeout=CONNECT_SECONDS, row_factory=dict_row) as connection:
            yield connection
    except psycopg.errors.UndefinedTable as fault:
        raise WebhookRefused(
            "the database has no tables for this: run 'tillstream migrate'"
        ) from fault
    except psycopg.OperationalError as fault:
        raise WebhookRefused(f"PostgreSQL does not answer: {fault}") from fault


def add(connection: Connection, url: str, description: str, reach: Reach) -> Endpoint:
    """A new endpoint with a fresh secret, told of alerts from now on; raises `WebhookRefused`."""
    reach.require_url(url)
    endpoint = Endpoint(f"ep_{secrets.token_hex(_ID_BYTES)}", url, new_secret())
    values = {
        "endpoint_id": endpoint.endpoint_id,
        "url": url,
        "secret": endpoint.secret,
        "description": description.replace("\0", ""),
    }
    connection.execute(query("add_endpoint"), values)
    _record(connection, "webhooks.add", endpoint.endpoint_id, {"url": url})
    return endpoint


def endpoints(connection: Connection) -> list[dict[str, Any]]:
    """Every endpoint, without secrets, and how it stands."""
    return connection.execute(query("list_endpoints")).fetchall()


def find(connection: Connection, endpoint_id: str) -> Endpoint:
    """The endpoint of that id; raises `WebhookRefused`."""
    values = {"endpoint_id": endpoint_id}
    found = connection.execute(query("read_endpoint"), values).fetchone()
    if found is None:
        raise WebhookRefused(
            f"there is no endpoint {endpoint_id}: 'tillstream webhooks list' names them"
        )
    return Endpoint(endpoint_id, found["url"], found["secret"])


def remove(connection: Connection, endpoint_id: str) -> None:
    """Forget an endpoint and all that waits for it; `WebhookRefused` where there is none."""
    found = find(connection, endpoint_id)
    connection.execute(query("remove_endpoint"), {"endpoint_id": endpoint_id})
    _record(connection, "webhooks.remove", endpoint_id, {"url": found.url})


def rotate(connection: Connection, endpoint_id: str) -> str:
    """A fresh secret for an endpoint, beside the present one; what waits goes on waiting.

    Raises `WebhookRefused` where there is none of that id.
    """
    found = find(connection, endpoint_id)
    fresh, both = rotated(found.secret)
    values = {"endpoint_id": endpoint_id, "secret": both}
    connection.execute(query("change_secret"), values)
    _record(connection, "webhooks.rotate", endpoint_id, {"url": found.url})
    return fresh


def deliveries(
    connection: Connection, endpoint_id: str | None, state: str | None, number: int
) -> list[dict[str, Any]]:
    """The newest deliveries and dead letters; of one endpoint, in one state, where given."""
    values = {"endpoint_id": endpoint_id, "state": state, "number": number}
    return connection.execute(query("list_deliveries"), values).fetchall()


def retry(connection: Connection, endpoint_id: str | None, message_id: str | None) -> list[str]:
    """Send dead letters again: all, of one endpoint, or one message; the ids of what was chosen."""
    values = {"endpoint_id": endpoint_id, "message_id": message_id}
    chosen = [row["message_id"] for row in connection.execute(query("retry"), values)]
    if chosen:
        _record(connection, "webhooks.retry", endpoint_id or "all", {"messages": len(chosen)})
    return chosen


def _record(connection: Connection, action: str, subject: str, what: dict[str, Any]) -> None:
    """An entry in the board's log of who did what, in the same transaction."""
    values = {
        "who": f"command line ({getpass.getuser()})",
        "action": action,
        "subject": f"webhooks/{subject}",
        "what": Jsonb(what),
    }
    connection.execute(query("record"), values)
