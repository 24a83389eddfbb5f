"""Hands that break a store and its line to the centre; tills are broken as everywhere."""

from __future__ import annotations

import shutil
import signal
import time

from tests.acceptance.outside.stack import tillstream
from tests.faults.stack import OwnStack
from tests.till_faults.injection import Injection
from tests.till_faults.schedule import TillFault
from tests.till_faults.verdict import Tills

from .kinds import AT_CENTRE, IN_STORE

FLAP_SECONDS = 1.0
"""Between two changes of a line that flaps."""

LINES = {"line_cut": "cut", "line_slow": "slow"}


class StoreInjection(Injection):
    """Faults of one run in one store."""

    def __init__(self, stack: OwnStack, location_id: str, tills: Tills) -> None:
        super().__init__(stack, location_id, tills)
        self._stack = stack
        self._location_id = location_id
        self._names = {name: f"{name}@{location_id}" for name in IN_STORE} | AT_CENTRE

    def inject(self, fault: TillFault) -> None:
        """See `Injection.inject`."""
        if fault.kind in LINES:
            self._change_line(LINES[fault.kind], fault.seconds)
        elif fault.kind == "line_flaps":
            self._let_line_flap(fault.seconds)
        elif fault.kind == "power_cut":
            self._cut_power()
        else:
            super().inject(fault)

    def _change_line(self, change: str, seconds: float) -> None:
        self._link(change)
        time.sleep(seconds)
        self._link("heal")

    def _let_line_flap(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._link("cut")
            time.sleep(FLAP_SECONDS)
            self._link("heal")
            time.sleep(FLAP_SECONDS)

    def _link(self, change: str) -> None:
        done = tillstream("local", "link", self._location_id, change)
        if done.returncode:
            raise RuntimeError(f"the line does not obey: {done.stdout}{done.stderr}")

    def _cut_power(self) -> None:
        for name in IN_STORE:
            self._stack.signal(self._names[name], signal.SIGKILL)

    def _lose_file(self) -> None:
        folder = self._stack.home / "stores" / self._location_id / "gateway"
        with self._stack.killed(self._names["gateway"]):
            shutil.rmtree(folder)
