"""A stack seen from another process: its status, starting it in the background, stopping it."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from local import cashier, record
from local.cashier import StackCashier
from local.checkout import environment
from local.home import StackHome
from local.record import Addresses, ProcessRecord, StackRecord, StackState
from local.report import Report
from local.stores import lines

POLL_SECONDS = 0.2

DOWN_SECONDS = 300
"""Above the sum of the graces of all processes of a usual stack."""


@dataclass(frozen=True)
class Status:
    """The stack now; ``record`` is None where nothing was ever started. ``cashier`` is let in at
    the centre's till, ``cashiers`` at those of stores with a stack of their own."""

    state: StackState
    record: StackRecord | None
    cashier: StackCashier | None = None
    cashiers: Mapping[str, StackCashier] = field(default_factory=dict[str, StackCashier])

    def as_json(self) -> dict[str, Any]:
        """The fixed form that programs read; addresses are null while the stack is down."""
        if self.record is None or self.state == "stopped":
            nowhere: dict[str, Any] = dict.fromkeys(Addresses.model_fields)
            return {**nowhere, "metrics": [], "stores": [], "processes": self._processes()}
        return {**self.record.addresses.model_dump(), "processes": self._processes()}

    def print(self, console: Console) -> None:
        """For people."""
        console.print(f"The stack is {self.state}.")
        if self.record is None:
            console.print("Start it with 'tillstream local up'.")
            return
        if self.state != "stopped":
            console.print(_address_table(self.record.addresses))
            if self.cashier is not None:
                console.print(_signs_in("At the till", self.cashier))
            for location_id, who in self.cashiers.items():
                console.print(_signs_in(f"At the tills of {location_id}", who))
        console.print(_process_table(self.record.processes))

    def _processes(self) -> list[dict[str, Any]]:
        processes = self.record.processes if self.record else []
        return [process.model_dump(exclude={"born"}) for process in processes]


def status(home: StackHome) -> Status:
    """How the stack is; one whose supervisor is gone is stopped, whatever it noted last."""
    noted = record.load(home)
    if noted is None:
        return Status("stopped", None)
    if home.is_supervised():
        told = _with_lines(home, noted.addresses)
        shown = noted.model_copy(update={"addresses": told})
        return Status(noted.state, shown, cashier.known(home), _cashiers(home, told))
    stopped = [_stopped(process) for process in noted.processes]
    return Status("stopped", noted.model_copy(update={"processes": stopped}))


def _cashiers(home: StackHome, addresses: Addresses) -> Mapping[str, StackCashier]:
    found = {
        each.location_id: cashier.known(home.store(each.location_id)) for each in addresses.stores
    }
    return {location_id: who for location_id, who in found.items() if who is not None}


def _with_lines(home: StackHome, addresses: Addresses) -> Addresses:
    """The same with the state that each store's line has now."""
    stores = [
        each.model_copy(update={"link": lines.state(home.store(each.location_id))})
        for each in addresses.stores
    ]
    return addresses.model_copy(update={"stores": stores})


def metrics(home: StackHome) -> Sequence[str]:
    """Addresses of the metrics of the processes; none where the stack does not run."""
    return status(home).as_json()["metrics"]


def _stopped(process: ProcessRecord) -> ProcessRecord:
    if process.state == "external":
        return process
    return process.model_copy(update={"state": "stopped", "pid": None})


def say_already_running(home: StackHome, report: Report) -> None:
    """For a second `up`: nothing is started, here is what there is."""
    found = status(home)
    if found.state == "running":
        report.say("The stack is already running; nothing was started.")
    else:
        report.say(f"The stack is {found.state} already, by another process; nothing was started.")
    if found.record is not None:
        report.console.print(_address_table(found.record.addresses))


def up_detached(home: StackHome, command: Sequence[str], report: Report) -> int:
    """Run ``command``, which is `up`, in the background, and relay what it says until it is ready.

    Returns the exit status for the user: 0 once everything is ready.
    """
    log = home.log("supervisor")
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"")
    with log.open("ab") as output:
        supervisor = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **environment({})},
            start_new_session=True,
        )
    with log.open() as said:
        while not _is_ready(home, supervisor.pid):
            report.console.out(said.read(), end="", highlight=False)
            if supervisor.poll() is not None:
                report.console.out(said.read(), end="", highlight=False)
                return supervisor.returncode
            time.sleep(POLL_SECONDS)
        report.console.out(said.read(), end="", highlight=False)
    report.say("It runs in the background; stop it with 'tillstream local down'.")
    return 0


def _is_ready(home: StackHome, pid: int) -> bool:
    noted = record.load(home)
    return noted is not None and noted.pid == pid and noted.state == "running"


def down(home: StackHome, report: Report) -> int:
    """Ask the supervisor to stop everything and wait until it has; exit status 0 if it did."""
    noted = record.load(home)
    if noted is None or not home.is_supervised():
        home.forget_addresses()
        report.say("The stack is not running.")
        return 0
    os.kill(noted.pid, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_SECONDS
    with report.console.status("stopping …"):
        while home.is_supervised() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
    if home.is_supervised():
        report.say(f"The stack (pid {noted.pid}) is still stopping after {DOWN_SECONDS} s.")
        return 1
    report.say("The stack is stopped; its data are kept.")
    return 0


def _address_table(addresses: Addresses) -> Table:
    table = Table.grid(padding=(0, 2))
    for name in ("kafka", "postgres", "connect", "dashboard"):
        table.add_row(name, getattr(addresses, name))
    for store in addresses.stores:
        table.add_row("gateway", f"{store.gateway} of {store.location_id}")
        if store.dashboard != addresses.dashboard:
            table.add_row("dashboard", f"{store.dashboard} of {store.location_id}")
            table.add_row("link", f"{store.link} of {store.location_id}")
        for till in store.tills:
            table.add_row("till", f"{till.page} of {till.till_id}, {store.location_id}")
    for url in addresses.metrics:
        table.add_row("metrics", url)
    return table


def _signs_in(where: str, who: StackCashier) -> str:
    return f"{where} {who.employee_id} signs in with card {who.card} and PIN {who.pin}."


def _process_table(processes: list[ProcessRecord]) -> Table:
    table = Table("process", "pid", "state", "restarts", box=None)
    for process in processes:
        pid = "" if process.pid is None else str(process.pid)
        table.add_row(process.name, pid, process.state, str(process.restarts))
    return table
