"""``tillstream furnish``: what the simulated company keeps of shops in which others sell."""

import time
from typing import Annotated

import psycopg
import typer

from edge.company.bookings import NotBooked
from edge.company.furnishing import NoSuchShop, furnish_shops, stock_shop
from tillstream.database_roles import BUSINESS
from tillstream.logs import begin
from tillstream.terminal import mendable

SEED = 1
"""As `tillstream simulate` has it by default."""


@mendable(NoSuchShop, NotBooked, psycopg.Error, words="nothing more was furnished: ")
def command(
    locations: Annotated[list[str], typer.Argument(metavar="LOCATION…", help="Simulated shops.")],
) -> None:
    """Write what the simulated company keeps of these shops, where it is not there yet.

    At the centre that is their catalog, prices, assortment and decision tables; in a store
    (TILLSTREAM_STORE) its first stock, which is booked where the goods are.
    """
    settings = begin().as_service(BUSINESS.service)
    postgres = settings.postgres_access(BUSINESS)
    if not settings.store:
        furnish_shops(postgres, SEED, locations)
    elif locations == [settings.store]:
        stock_shop(postgres, SEED, settings.store, int(time.time() * 1000))
    else:
        raise NoSuchShop(f"this is the store {settings.store}, where no other is furnished")
