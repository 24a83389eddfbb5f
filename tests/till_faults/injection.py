"""Hands that break things, and put them right again as a shop would: by a restart, by a voucher."""

from __future__ import annotations

import shutil
import signal
import time
from collections.abc import Sequence

from tests.faults.feed import eventually
from tests.faults.stack import OwnStack

from .customers import Customers
from .link import LineState
from .machine import TillMachine
from .schedule import TillFault

FORKED_SECONDS_MAX = 90.0
"""Until a till whose disk was put back has noticed: one batch, and the gateway may be on its way
back."""

SENT_SECONDS_MAX = 120.0

EVENTS_BEHIND_AN_IMAGE = 10
"""Written after the image was taken: without any, nobody could tell that it was put back."""


class NotRun(Exception):
    """The fault could not be made to happen; the text says why."""


class Broken(Exception):
    """What must follow from a fault did not."""


class Injection:
    """Faults of one run."""

    def __init__(
        self, stack: OwnStack, location_id: str, tills: Sequence[tuple[TillMachine, Customers]]
    ) -> None:
        self._stack = stack
        self._location_id = location_id
        self._tills = tills
        self._names = {
            "gateway": f"gateway-{location_id}",
            "broker": "kafka",
            "worker": "worker-1",
        }
        """Processes of the stack, by the first word of a fault."""

    def inject(self, fault: TillFault) -> None:
        """Let it happen; raises `NotRun` and `Broken`."""
        machine, customers = self._tills[fault.till]
        parts = fault.kind.partition("_")
        if fault.kind in ("link_cut", "answers_dropped", "answers_halved"):
            self._line(machine, fault)
        elif fault.kind == "till_rolled_back":
            self._roll_back(machine, customers, fault.seconds)
        elif fault.kind == "till_enrolled_anew":
            machine.enrol()
        elif parts[0] == "till":
            self._till(machine, parts[2], fault.seconds)
        elif fault.kind == "everything_killed":
            self._kill_everything()
        elif fault.kind == "gateway_file_lost":
            self._lose_file()
        else:
            self._process(self._names[parts[0]], parts[2], fault.seconds)

    def _line(self, machine: TillMachine, fault: TillFault) -> None:
        states = {
            "link_cut": LineState.CUT,
            "answers_dropped": LineState.DROPS_ANSWERS,
            "answers_halved": LineState.HALVES_ANSWERS,
        }
        machine.line.set(states[fault.kind])
        time.sleep(fault.seconds)
        machine.line.set(LineState.OPEN)

    def _till(self, machine: TillMachine, what: str, seconds: float) -> None:
        if what == "killed":
            machine.end(signal.SIGKILL)
            time.sleep(seconds / 4)
            machine.start()
        else:
            machine.signal(signal.SIGSTOP)
            time.sleep(seconds)
            machine.signal(signal.SIGCONT)

    def _process(self, name: str, what: str, seconds: float) -> None:
        if what == "killed":
            self._stack.signal(name, signal.SIGKILL)
            return
        pid = self._stack.running(name)
        self._stack.signal(name, signal.SIGSTOP)
        time.sleep(seconds)
        if self._stack.running(name) == pid:
            self._stack.signal(name, signal.SIGCONT)

    def _kill_everything(self) -> None:
        for machine, _ in self._tills:
            machine.end(signal.SIGKILL)
        for name in self._names.values():
            self._stack.signal(name, signal.SIGKILL)
        for machine, _ in self._tills:
            machine.start()

    def _lose_file(self) -> None:
        with self._stack.killed(self._names["gateway"]):
            shutil.rmtree(self._stack.home / "gateway" / self._location_id)

    def _roll_back(self, machine: TillMachine, customers: Customers, seconds: float) -> None:
        """Somebody restores an image of a till's disk that is some sales old."""
        with customers.asking:
            imaged = machine.state().get("sequence", 0)
            machine.end(signal.SIGKILL)
            image = machine.copy_disk()
            machine.start()
        time.sleep(seconds)
        beyond = imaged + EVENTS_BEHIND_AN_IMAGE
        if not eventually(SENT_SECONDS_MAX, lambda: machine.state().get("sequence", 0) > beyond):
            raise NotRun(f"{machine.till_id} sells nothing")
        with customers.asking:
            # What lies on a disk alone is lost with it, and no system can help that.
            if not eventually(SENT_SECONDS_MAX, lambda: is_sent(machine)):
                raise NotRun(f"{machine.till_id} does not get rid of its events")
            sold = machine.state()
            machine.end(signal.SIGKILL)
            machine.put_back(image)
            machine.start()
        if sold.get("epoch") == _settled(machine).get("epoch"):
            self._notice(machine)
            machine.enrol()

    def _notice(self, machine: TillMachine) -> None:
        def is_noticed() -> bool:
            return "forked" in machine.state().get("why_not", {})

        if not eventually(FORKED_SECONDS_MAX, is_noticed):
            raise Broken(
                f"{machine.till_id} sells on by an old image: {machine.state().get('sending')}"
            )


def _settled(machine: TillMachine) -> dict[str, object]:
    eventually(60.0, lambda: bool(machine.state()))
    return machine.state()


def is_sent(machine: TillMachine) -> bool:
    """Whether the gateway has all that the till has."""
    state = machine.state()
    return bool(state) and state.get("sending", {}).get("waiting") == 0
