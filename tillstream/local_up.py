"""Runs a stack in this process, until somebody asks to stop."""

import os
from collections.abc import Sequence

from edge.simulator.places import SHOPS, STORE, STORES_WAREHOUSE, SimulatedPlace
from edge.till.checkout.terms import countries
from local.child import StartError
from local.home import StackHome
from local.jars import JarError
from local.options import StackOptions
from local.own_till import OwnTill
from local.processes import furnished
from local.report import Report
from local.servers import external
from local.stack import Stack
from local.stores.own import OwnStore
from operations.applications import BESIDE
from tillstream.outside import outside
from tillstream.roles import ADMISSION, FEEDS
from tillstream.settings import SettingsError, load_settings
from tillstream.terminal import mendable

TILL_ID = "counter-1"
"""No simulated till is called so: each of these has a journal of its own, and one identity has one
device."""

TILLS_OF_STORE = (TILL_ID, "counter-2")

OWN_STORES = SHOPS[6:]
"""Which may have a stack of their own. By default the simulated company has the six before them:
what it sold there before is known to the centre alone, and no store would ever agree."""


WAREHOUSE_FROM = 2
"""So many shops with stacks of their own have a warehouse with one: a single shop receives goods
from nobody here."""


def run(
    home: StackHome,
    report: Report,
    *,
    workers: int,
    simulate: bool,
    rate: float | None,
    stores: int = 0,
) -> None:
    """Start everything, watch it, stop it; who calls holds the home's lock.

    Ends the process with one line where something cannot start.
    """
    options = _options(workers, simulate, rate)
    with mendable(StartError, JarError):
        if stores:
            options = with_stores(options, stores)
        theirs = outside(load_settings())
        Stack(home, furnished(home, options), report, os.getpid(), theirs, options).run()


def _options(workers: int, simulate: bool, rate: float | None) -> StackOptions:
    roles, till = (*BESIDE, "sink", "webhooks"), _till(SHOPS[0], TILL_ID)
    return StackOptions(roles, (STORE,), till, workers, simulate, rate)


def with_stores(options: StackOptions, count: int) -> StackOptions:
    """The same with stores in place of the centre's own gateway and till."""
    if theirs := external():
        named = ", ".join(theirs.values())
        raise SettingsError(f"--stores needs servers of the stack's own, and not {named}")
    return StackOptions(
        (*options.roles, ADMISSION, FEEDS),
        workers=options.workers,
        simulate=options.simulate,
        rate=options.rate,
        own_stores=_own_stores(count, options.simulate),
    )


def _own_stores(count: int, is_furnished: bool) -> Sequence[OwnStore]:
    """The shops, and behind them the warehouse, where there is somebody to send goods to."""
    shops = [
        OwnStore(
            shop.location.location_id,
            [_till(shop, till_id) for till_id in TILLS_OF_STORE],
            is_furnished,
        )
        for shop in OWN_STORES[:count]
    ]
    warehouse = OwnStore(STORES_WAREHOUSE.location_id, is_furnished=is_furnished)
    return [*shops, warehouse] if count >= WAREHOUSE_FROM else shops


def _till(shop: SimulatedPlace, till_id: str) -> OwnTill:
    at = shop.location
    # Nobody's labels are read where nobody knows them; all else is sold.
    country = at.region if at.region in countries() else None
    return OwnTill(at.location_id, till_id, country=country or "", heading=at.name)
