"""Runs a stack in this process, until somebody asks to stop."""

import os
import sys

from local.child import StartError
from local.home import StackHome
from local.jars import JarError
from local.report import Report
from local.stack import Stack
from tillstream.outside import outside
from tillstream.processes import Options, furnished
from tillstream.settings import load_settings


def run(
    home: StackHome, report: Report, *, workers: int, simulate: bool, rate: float | None
) -> None:
    """Start everything, watch it, stop it; who calls holds the home's lock.

    Ends the process with one line where something cannot start.
    """
    options = Options(workers=workers, simulate=simulate, rate=rate)
    theirs = outside(load_settings())
    try:
        Stack(home, furnished(home, options), report, os.getpid(), theirs).run()
    except (StartError, JarError) as error:
        sys.exit(f"tillstream: {error}")
