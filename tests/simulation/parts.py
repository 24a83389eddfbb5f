"""What a run is made of; a mutant replaces one part by a broken one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .broker import Broker, Later
from .disk import Disk
from .log import SimulatedLog
from .worker import LogMaker


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts as they should be."""

    log: LogMaker = SimulatedLog
    disk: Callable[[Callable[[], None]], Disk] = Disk
    broker: Callable[[Later], Broker] = Broker
