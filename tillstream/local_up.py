"""Runs a stack in this process, until somebody asks to stop."""

import os

from edge.simulator.places import STORE
from local.child import StartError
from local.home import StackHome
from local.jars import JarError
from local.processes import StackOptions, furnished
from local.report import Report
from local.stack import Stack
from operations.applications import BESIDE
from tillstream.outside import outside
from tillstream.settings import load_settings
from tillstream.terminal import mendable


def run(
    home: StackHome, report: Report, *, workers: int, simulate: bool, rate: float | None
) -> None:
    """Start everything, watch it, stop it; who calls holds the home's lock.

    Ends the process with one line where something cannot start.
    """
    options = StackOptions((*BESIDE, "sink", "webhooks"), (STORE,), workers, simulate, rate)
    theirs = outside(load_settings())
    with mendable(StartError, JarError):
        Stack(home, furnished(home, options), report, os.getpid(), theirs, options.stores).run()
