"""What runs on the servers of a stack. Who starts the stack says what that is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from local.child import Service
from local.ports import RememberedPorts


@dataclass(frozen=True)
class StackProcess:
    """A process that stays; ``metrics`` is where it serves them, if it does."""

    service: Service
    metrics: str = ""


class TillPage(NamedTuple):
    """A till, and the address of its page."""

    till_id: str
    page: str


@dataclass(frozen=True)
class StoreDoors:
    """A location's own doors, as addresses, and the tills that it has here."""

    location_id: str
    gateway: str
    registration: str
    tills: Sequence[TillPage] = ()


@dataclass(frozen=True)
class Programs:
    """``steps`` run while the ``processes`` start: all must succeed.

    ``before_connect`` are steps that need no Connect: it starts when they have succeeded.
    ``dashboard`` is the address that people are sent to, ``registration`` the one of tills.
    ``by_hand`` are settings, by name, of commands that somebody gives meanwhile; ``stores`` are
    the locations that have a gateway here, and ``store_api`` is what they ask about each other.
    """

    before_connect: Sequence[Service]
    steps: Sequence[Service]
    processes: Sequence[StackProcess]
    dashboard: str
    registration: str
    by_hand: Mapping[str, str]
    stores: Sequence[StoreDoors] = ()
    store_api: str = ""


Furnish = Callable[[RememberedPorts, Mapping[str, str], Sequence[StoreDoors]], Programs]
"""Makes the programs, once the addresses of the servers are known, by name, and the doors of stores
that have a stack of their own."""
