"""``tillstream explain``: the level at any past moment, and what made it so."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import psycopg
import typer

from clients.postgres import PostgresAccess
from dashboards.board.feed.writing import Work
from dashboards.ledger.explanation import Explanation, Subject, Unknown, explain, subject_of
from dashboards.ledger.moments import NoMoment, parse_moment
from operations.explained import lines, zone
from tillstream.database_roles import LOOKING
from tillstream.settings import load_settings
from tillstream.terminal import ended

CONNECT_SECONDS = 10
"""How long the database may take to answer before it counts as away."""

NOT_EXPLAINED = 1
"""Exit status where there is nothing to explain: no such location, SKU or time."""

NOT_READ = 2
"""Exit status where the database did not answer."""


def command(
    location: Annotated[str, typer.Argument(help="Id of the location.", metavar="LOCATION")],
    sku: Annotated[str, typer.Argument(help="SKU of the product.", metavar="SKU")],
    at: Annotated[
        str | None,
        typer.Option(
            "--at",
            help="The moment, as 2026-11-21T14:05 on the location's own clock, or with an offset "
            "as 2026-11-21T13:05Z. Without it, now.",
            metavar="TIME",
        ),
    ] = None,
    last: Annotated[
        int, typer.Option(min=1, max=1000, help="How many effects before the moment to list.")
    ] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say how much was on hand at a moment, and which sales and movements made it so.

    It is reckoned from the stock ledger, by when each effect occurred in the shop, not by when
    it was told: what a till delivers late changes the past, and is marked as late. The level now
    is compared with the one that the workers keep; while events are on their way the two may
    differ for a moment. How much lay in carts is not in the ledger.

    Exit status: 0 explained, 1 unknown location, SKU or time, 2 the database does not answer.
    """
    postgres = load_settings().postgres_access(LOOKING)
    try:
        subject, explanation = asyncio.run(_explained(postgres, location, sku, at, last))
    except (Unknown, NoMoment) as fault:
        raise ended(fault, NOT_EXPLAINED) from None
    except (psycopg.Error, OSError) as fault:
        cause = f"PostgreSQL does not answer: {str(fault).strip()}"
        raise ended(cause, NOT_READ) from None
    else:
        typer.echo(
            msgspec.json.encode(explanation).decode()
            if as_json
            else "\n".join(lines(subject, explanation))
        )


async def _explained(
    postgres: PostgresAccess, location: str, sku: str, at: str | None, last: int
) -> tuple[Subject, Explanation]:
    async with await postgres.connect_async(
        autocommit=True, connect_timeout=CONNECT_SECONDS
    ) as connection:
        ask = Work(connection).query
        subject = await subject_of(ask, location, sku)
        now = datetime.now(UTC)
        moment = parse_moment(at, zone(subject), now) if at is not None else now
        return subject, await explain(ask, location, sku, moment, last)
