"""Runs a stack in this process, until somebody asks to stop."""

import os

from edge.simulator.places import SHOPS, STORE
from local.child import StartError
from local.home import StackHome
from local.jars import JarError
from local.options import StackOptions
from local.own_till import OwnTill
from local.processes import furnished
from local.report import Report
from local.stack import Stack
from operations.applications import BESIDE
from tillstream.outside import outside
from tillstream.settings import load_settings
from tillstream.terminal import mendable

TILL_ID = "counter-1"
"""No simulated till is called so: each of these has a journal of its own, and one identity has one
device."""


def run(
    home: StackHome, report: Report, *, workers: int, simulate: bool, rate: float | None
) -> None:
    """Start everything, watch it, stop it; who calls holds the home's lock.

    Ends the process with one line where something cannot start.
    """
    shop = SHOPS[0].location
    till = OwnTill(STORE, TILL_ID, country=shop.region or "", heading=shop.name)
    options = StackOptions((*BESIDE, "sink", "webhooks"), (STORE,), till, workers, simulate, rate)
    theirs = outside(load_settings())
    with mendable(StartError, JarError):
        Stack(home, furnished(home, options), report, os.getpid(), theirs, options.stores).run()
