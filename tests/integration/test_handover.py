"""Workers of a local stack are restarted one at a time by their pid, and nothing else is."""

import os
import sys
import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console

from clients.kafka import KafkaAccess
from local.child import Service
from local.home import StackHome
from local.record import Addresses, ProcessRecord, StackRecord, load
from local.report import Report
from local.supervisor import Supervisor
from operations.applications import BESIDE, FIRST
from operations.rebuild.handover import local_workers, restart
from tests.integration.worker_world import eventually

KAFKA = KafkaAccess("127.0.0.1:9092")
NAMES = ("worker-1", "worker-2", "products", "sink")


class Stack(threading.Thread):
    """A supervisor that watches small real processes, and notes them as a stack does."""

    def __init__(self, home: StackHome) -> None:
        super().__init__()
        self._home = home
        self._over = threading.Event()
        self._record = StackRecord(
            pid=os.getpid(),
            state="running",
            addresses=Addresses(
                kafka=KAFKA.servers, postgres="", connect="", dashboard="", metrics=[]
            ),
        )

    def run(self) -> None:
        """Children die with the thread that started them, so all of it is in this one."""
        said = (self._home.folder / "said.txt").open("w")
        supervisor = Supervisor(Report(Console(file=said, width=200)), self._note)
        for name in NAMES:
            supervisor.start(self._service(name))
        while not self._over.is_set():
            supervisor.tick()
        supervisor.stop()

    def stop(self) -> None:
        """End all of them."""
        self._over.set()
        self.join()

    def _note(self, processes: list[ProcessRecord]) -> None:
        self._record.model_copy(update={"processes": processes}).save(self._home)

    def _service(self, name: str) -> Service:
        program = "import time; print('at work', flush=True); time.sleep(600)"
        log = self._home.log(name)
        return Service(
            name, [sys.executable, "-c", program], log, lambda: "at work" in log.read_text()
        )


@dataclass
class World:
    """A stack that runs."""

    home: StackHome

    def pids(self) -> dict[str, int | None]:
        """The processes that are running."""
        noted = load(self.home)
        assert noted is not None
        return {each.name: each.pid for each in noted.processes if each.state == "running"}


@pytest.fixture
def world(tmp_path: Path) -> Generator[World]:
    home = StackHome(tmp_path)
    lock = home.lock()
    assert lock is not None
    stack = Stack(home)
    stack.start()
    made = World(home)
    try:
        eventually(
            "the stack", lambda: home.record.exists() and len(made.pids()) == len(NAMES), lambda: ""
        )
        yield made
    finally:
        stack.stop()
        lock.close()


def _workers(world: World) -> list[ProcessRecord]:
    return local_workers(world.home, KAFKA, FIRST)


def test_a_worker_comes_back_as_another_process_and_its_neighbours_stay(world: World) -> None:
    before = world.pids()
    looked = 0

    def check() -> None:
        nonlocal looked
        looked += 1

    first, _ = _workers(world)
    restart(world.home, first, lambda: _workers(world), check)

    after = world.pids()
    assert after["worker-1"] not in (None, before["worker-1"])
    assert {name: after[name] for name in NAMES[1:]} == {name: before[name] for name in NAMES[1:]}
    assert looked, "the crew is not looked after meanwhile"


def test_a_process_that_has_taken_the_pid_of_a_worker_is_left_alone(world: World) -> None:
    first, _ = _workers(world)
    mistaken = first.model_copy(update={"born": (first.born or 0) - 60})

    class Enough(Exception):
        """It waits for a worker that nobody has ended."""

    def check() -> None:
        raise Enough

    with pytest.raises(Enough):
        restart(world.home, mistaken, lambda: _workers(world), check)
    assert world.pids()["worker-1"] == first.pid


def test_a_stack_on_another_broker_is_none_of_ours(world: World) -> None:
    assert [each.name for each in _workers(world)] == ["worker-1", "worker-2"]
    assert local_workers(world.home, KafkaAccess("elsewhere:9092"), FIRST) == []


def test_each_application_has_workers_of_its_own(world: World) -> None:
    products, receipts = (
        local_workers(world.home, KAFKA, BESIDE[role]) for role in ("products", "receipts")
    )
    assert ([each.name for each in products], receipts) == (["products"], [])


def test_where_no_stack_runs_there_is_nothing_to_restart(tmp_path: Path) -> None:
    assert local_workers(StackHome(tmp_path), KAFKA, FIRST) == []
