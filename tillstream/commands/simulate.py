"""``tillstream simulate``: shops that sell."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import psycopg
import typer

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from edge.company.bookings import NotBooked
from edge.company.order import Order, simulate
from edge.company.store_tills import NotSent
from edge.producer import DeliveryFailed
from edge.simulator.places import STORE
from tillstream.database_roles import BUSINESS
from tillstream.interruption import interruption
from tillstream.logs import begin
from tillstream.settings import Settings
from tillstream.simulated_store import store_terms
from tillstream.terminal import ended, tell

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def command(
    rate: Annotated[
        float,
        typer.Option(min=0.001, help="Events per second of simulated time, in an average hour."),
    ] = 10.0,
    seed: Annotated[int, typer.Option(help="Names the customers and what they do.")] = 1,
    locations: Annotated[
        int, typer.Option(min=1, help="Shops; an online shop and a warehouse come with them.")
    ] = 6,
    tills: Annotated[int, typer.Option(min=1, help="Tills of each location.")] = 3,
    events: Annotated[
        int | None, typer.Option(min=1, help="Stop after exactly so many, with no cart open.")
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            help="Simulated time of the start, ISO 8601 (UTC if it names no offset). Default: "
            "now, following the clock."
        ),
    ] = None,
    speed: Annotated[
        float,
        typer.Option(
            min=0,
            help="Simulated seconds per second, 0 for as fast as possible; other than 1 only "
            "with --start.",
        ),
    ] = 1.0,
    steady: Annotated[
        bool, typer.Option("--steady", help="The same rate at every hour of the day.")
    ] = False,
    database: Annotated[
        bool, typer.Option(help="Book master data, deliveries and losses in PostgreSQL.")
    ] = True,
    through_gateway: Annotated[
        bool,
        typer.Option(
            "--through-gateway",
            help=f"Tills of {STORE} keep journals, as real ones do, and send to its gateway.",
        ),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="At the end, counts by type as JSON.")
    ] = False,
) -> None:
    """Let simulated shops sell until Ctrl-C or SIGTERM: then customers leave and tills finish.

    Trade follows the local hours of each location. Shelves that run low are filled by trucks,
    booked in the database.

    The same options with the same --seed and --start give the same events, byte for byte. The
    start is also the tills' epoch: a simulator that is started again does not use a sequence
    number twice, unless --start asks for the same run again.

    Exit status 1: Kafka or the database did not take everything.
    """
    start_ms = None if start is None else _unix_ms(start)
    if start_ms is None and speed != 1:
        raise typer.BadParameter("needs --start: event times would leave the clock behind")
    if through_gateway and start_ms is not None:
        raise typer.BadParameter("--through-gateway repeats no run: leave --start out")
    settings = begin()
    order = Order(seed, locations, tills, rate, steady, events, start_ms, speed)
    store = store_terms(settings, STORE) if through_gateway else None
    with interruption() as wished, _told():
        tally = simulate(order, *_services(settings, database), wished, store)
    tell(as_json, tally.as_json(), ())


@contextmanager
def _told() -> Generator[None]:
    try:
        yield
    except (DeliveryFailed, NotSent, NotBooked, psycopg.Error) as error:
        raise ended(f"the simulator stopped: {_advice(error)}", 1) from error


def _services(settings: Settings, database: bool) -> tuple[KafkaAccess, PostgresAccess | None]:
    settings = settings.as_service(BUSINESS.service)
    return settings.kafka_access(), settings.postgres_access(BUSINESS) if database else None


def _unix_ms(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time such as 2026-11-21T09:00") from None
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if aware < _UNIX_EPOCH:
        raise typer.BadParameter("a start before 1970 gives the tills a negative epoch")
    return int(aware.timestamp() * 1000)


def _advice(error: Exception) -> str:
    if isinstance(error, psycopg.OperationalError):
        return f"{str(error).strip()}; check the address, or leave it out with --no-database"
    if isinstance(error, psycopg.Error):
        return f"{str(error).strip()}; 'tillstream migrate' makes the tables"
    return str(error)
