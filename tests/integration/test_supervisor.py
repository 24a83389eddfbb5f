"""The supervisor with small real processes: order, crashes, and the end of everything."""

import errno
import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from local.child import Service, StartError
from local.record import ProcessRecord
from local.report import Report
from local.supervisor import Supervisor, back_off_seconds
from tillstream.settings import HOME

pytestmark = pytest.mark.lonely

DILIGENT = "import time; print('at work', flush=True); time.sleep(600)"

STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {DILIGENT}"

BROKEN = "raise SystemExit('no stock, no trade')"


def a_service(folder: Path, name: str, program: str = DILIGENT) -> Service:
    log = folder / f"{name}.log"
    return Service(
        name=name,
        command=[sys.executable, "-c", program],
        log=log,
        ready=lambda: "at work" in log.read_text(),
        grace_seconds=1,
    )


class FullDisk(io.StringIO):
    """Where a log would be written, had it room."""

    def write(self, _text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


class Stage:
    """A supervisor, what it noted about its children, and what it said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said = folder / "said.txt"
        self.notes: list[list[ProcessRecord]] = []
        self._file = self.said.open("w")
        report = Report(Console(file=self._file, width=200))
        self.supervisor = Supervisor(report, self.notes.append)

    def start(self, *services: Service) -> None:
        for service in services:
            self.supervisor.start(service)

    def now(self, name: str) -> ProcessRecord:
        return next(process for process in self.notes[-1] if process.name == name)

    def tick_until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            self.supervisor.tick()

    def text(self) -> str:
        self._file.flush()
        return self.said.read_text()


@pytest.fixture
def stage(tmp_path: Path) -> Generator[Stage]:
    stage = Stage(tmp_path)
    yield stage
    stage.supervisor.stop()


def test_children_stop_in_the_reverse_of_the_order_in_which_they_started(stage: Stage) -> None:
    stage.start(a_service(stage.folder, "kafka"), a_service(stage.folder, "worker-1"))
    stage.supervisor.stop()
    said = stage.text()
    assert said.index("worker-1") < said.index("kafka"), "a worker lost its broker before it ended"


def _after(folder: Path, other: str, program: str) -> str:
    """A program that first waits until the other has been started."""
    there = f"pathlib.Path({str(folder / other)!r}).exists()"
    wait = f"import pathlib, time\nwhile not {there}: time.sleep(.01)"
    return f"{wait}\n{program}"


def test_what_starts_together_waits_for_nobody(stage: Stage) -> None:
    folder, told = stage.folder, list[str]()
    services = [
        a_service(folder, mine, _after(folder, f"{other}.log", DILIGENT))
        for mine, other in (("postgres", "kafka"), ("kafka", "postgres"))
    ]
    stage.supervisor.start(*services, told=told.append)
    assert sorted(told) == ["kafka", "postgres"]


def test_a_step_runs_beside_what_starts(stage: Stage) -> None:
    folder, told = stage.folder, list[str]()
    service = a_service(folder, "worker-1", _after(folder, "apply.log", DILIGENT))
    step = a_service(folder, "apply", _after(folder, "worker-1.log", "pass"))
    stage.supervisor.start(service, steps=[step], told=told.append)
    assert sorted(told) == ["apply", "worker-1"]


def test_steps_run_together_and_one_that_fails_ends_the_other(stage: Stage) -> None:
    folder, told = stage.folder, list[str]()
    steps = [a_service(folder, "sync", "pass"), a_service(folder, "migrate", "pass")]
    stage.supervisor.start(steps=steps, told=told.append)
    assert sorted(told) == ["migrate", "sync"]
    endless = f"open({str(folder / 'began')!r}, 'w').close(); {DILIGENT}"
    steps = [
        a_service(folder, "sync", endless),
        a_service(folder, "migrate", _after(folder, "began", BROKEN)),
    ]
    began = time.monotonic()
    with pytest.raises(StartError, match="no stock, no trade"):
        stage.supervisor.start(steps=steps)
    assert time.monotonic() - began < 300, "the step that went on was waited for"


TOLERANT = f"""
import signal, sys, time
def stop(*_):
    print('asked', flush=True)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    time.sleep(.5)
    print('finished', flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, stop)
{DILIGENT}
"""


def test_what_started_together_stops_together_and_is_asked_once(stage: Stage) -> None:
    names = ("worker-1", "sink")
    stage.supervisor.start(*(a_service(stage.folder, name, TOLERANT) for name in names))
    stage.supervisor.stop()
    for name in names:
        said = (stage.folder / f"{name}.log").read_text().splitlines()
        assert said == ["at work", "asked", "finished"], f"{name} was not let finish"
    assert stage.text().count("stopped") == len(names)


def test_a_crashed_child_is_named_and_started_again(stage: Stage) -> None:
    stage.start(a_service(stage.folder, "worker-1"))
    first_pid = stage.now("worker-1").pid
    assert first_pid is not None
    os.kill(first_pid, signal.SIGKILL)
    stage.tick_until(lambda: stage.now("worker-1").state == "restarting")
    stage.tick_until(lambda: stage.now("worker-1").state == "running")
    now = stage.now("worker-1")
    assert (now.restarts, now.pid != first_pid) == (1, True)
    assert "worker-1 was killed by SIGKILL" in stage.text()


def test_a_child_that_fails_at_its_first_start_is_a_failure_with_its_log(stage: Stage) -> None:
    with pytest.raises(StartError, match="no stock, no trade"):
        stage.start(a_service(stage.folder, "sink", BROKEN))


def test_a_step_that_fails_is_a_failure_with_its_log(stage: Stage) -> None:
    with pytest.raises(StartError, match="no stock, no trade"):
        stage.supervisor.start(steps=[a_service(stage.folder, "migrate", BROKEN)])


def test_a_child_that_does_not_stop_is_killed_and_that_is_said(stage: Stage) -> None:
    stage.start(a_service(stage.folder, "board", STUBBORN))
    pid = stage.now("board").pid
    assert pid is not None
    stage.supervisor.stop()
    assert f"was killed (pid {pid})" in stage.text()
    assert not psutil.pid_exists(pid)


def test_a_full_disk_stops_neither_the_supervisor_nor_what_it_tells_later(tmp_path: Path) -> None:
    noted: list[list[ProcessRecord]] = []
    room: list[bool] = []

    def note(processes: list[ProcessRecord]) -> None:
        if not room:
            raise OSError(errno.ENOSPC, "No space left on device")
        noted.append(processes)

    supervisor = Supervisor(Report(Console(file=FullDisk())), note)
    supervisor.start(a_service(tmp_path, "worker-1"))
    room.append(True)
    supervisor.tick()
    os.kill(noted[-1][0].pid or 0, signal.SIGKILL)
    while noted[-1][0].restarts == 0 or noted[-1][0].state != "running":
        supervisor.tick()
    supervisor.stop()


def test_the_back_off_grows_to_a_limit() -> None:
    waits = [back_off_seconds(crashes) for crashes in range(1, 12)]
    assert waits == sorted(waits)
    assert waits[0] < waits[1]
    assert waits[-1] == waits[-2]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_children_die_with_a_supervisor_that_is_killed_outright(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(HOME)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 60
    while child.is_running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not child.is_running(), "an orphan would hold its port and its data against the next up"


PARENT = f"""
import sys, time
from pathlib import Path
from local.child import Service, start
log = Path(sys.argv[1]) / "child.log"
command = [sys.executable, "-c", {STUBBORN!r}]
child = start(Service("child", command, log, lambda: "at work" in log.read_text()))
print(child.pid, flush=True)
time.sleep(600)
"""
