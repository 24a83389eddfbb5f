"""The line of a store as the stack starts it, and as commands change and show it."""

import time
from typing import NamedTuple

from local.checkout import environment, module
from local.child import Service
from local.home import StackHome
from local.ports import answers
from local.stores.line import NOW, WISH, LineState, read, write
from local.stores.site import StoreSite

OBEYS_SECONDS = 15.0
"""A line that was just killed is started again within a few seconds."""

_LOOK_SECONDS = 0.02


class LineAway(Exception):
    """The line does not do what it was asked to; the text says so."""


class CentrePorts(NamedTuple):
    """Where the centre answers a store, beside its broker."""

    registration: int
    store_api: int


def line_of(site: StoreSite, centre: CentrePorts) -> Service:
    """The line, whole at each start of the stack: one that was cut last week would puzzle."""
    home, folder = site.home, site.home.line
    ways = (
        ("line-kafka", site.port("door")),
        ("line-registration", centre.registration),
        ("line-store-api", centre.store_api),
    )
    pairs = [f"{site.port(name)}={to}" for name, to in ways]
    write(folder, WISH, "up")
    return Service(
        name=f"line{site.mark}",
        command=module("local.stores.line", str(folder.absolute()), *pairs),
        log=home.log("line"),
        ready=lambda: all(answers(site.port(name)) for name, _ in ways),
        environment=environment({}),
    )


def state(home: StackHome) -> LineState:
    """What the line of the store with that home was asked to do last."""
    return read(home.line, WISH)


def change(home: StackHome, wished: LineState) -> None:
    """Ask the line for something else and wait until it does that; raises `LineAway`."""
    write(home.line, WISH, wished)
    deadline = time.monotonic() + OBEYS_SECONDS
    while read(home.line, NOW) != wished:
        if time.monotonic() > deadline:
            raise LineAway(f"the line is asked to be {wished}, and nobody obeys: see its log")
        time.sleep(_LOOK_SECONDS)
