"""Watches children: starts them in order, starts a crashed one again, stops them in reverse."""

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType

from local import record
from local.child import Child, Service, StartError, failure_text
from local.record import ProcessRecord, ProcessState
from local.report import Report

TICK_SECONDS = 0.2

BACK_OFF_FIRST_SECONDS = 1.0

BACK_OFF_MAX_SECONDS = 30.0
"""Longer leaves a mended fault unnoticed; shorter fills the log and the machine."""

STEADY_SECONDS = 60.0
"""A child that ran so long has recovered: its next crash starts again at the first back-off."""

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(Exception):
    """Somebody asked the supervisor to stop."""


def back_off_seconds(crashes_in_a_row: int) -> float:
    """How long to wait before starting a child again; the first crash is number 1."""
    return min(BACK_OFF_FIRST_SECONDS * 2 ** (crashes_in_a_row - 1), BACK_OFF_MAX_SECONDS)


def nobody(_name: str) -> None:
    """Is told that a service is ready, or a step through."""


class WatchedService:
    """One service, its child of the moment, and how often it had to be started again."""

    def __init__(self, service: Service, report: Report) -> None:
        self.service = service
        self.state: ProcessState = "stopped"
        self.restarts = 0
        self.failure = ""
        self.child: Child | None = None
        self._report = report
        self._was_ready = False
        self._is_stopping = False
        self._crashes_in_a_row = 0
        self._since = 0.0
        self._start_at = 0.0

    def start(self) -> None:
        """Start a child; it is running once it is ready."""
        self.child = Child(self.service)
        self.state, self._since = "starting", time.monotonic()

    def look(self) -> None:
        """Notice readiness, crashes and the end of a back-off."""
        if self.state == "restarting":
            if time.monotonic() >= self._start_at:
                self._start_again()
        elif self.child is not None and self.child.exit_code is not None:
            self._crashed(self.child.ending)
        elif self.state == "starting":
            self._look_whether_ready()

    def ask_to_stop(self) -> None:
        """Have the child stop, if it runs; others may do so meanwhile."""
        if self.child is not None and self.child.exit_code is None:
            self.child.ask_to_stop()
            self._is_stopping = True

    def stop(self) -> None:
        """Stop the child, kill it if it takes too long, and say which."""
        self.ask_to_stop()
        if self.child is None or not self._is_stopping:
            self.state = "stopped"
            return
        name, grace, pid = self.service.name, self.service.grace_seconds, self.child.pid
        in_time = self.child.stop()
        self.state = "stopped"
        late = f"did not stop within {grace:g} s and was killed (pid {pid})"
        self._report.say(f"  {name:<20} {'stopped' if in_time else late}")

    def note(self) -> ProcessRecord:
        """This process for the stack's record."""
        alive = self.child is not None and self.child.exit_code is None
        pid = self.child.pid if self.child is not None and alive else None
        born = None if pid is None else record.born(pid)
        name = self.service.name
        return ProcessRecord(
            name=name, pid=pid, state=self.state, restarts=self.restarts, born=born
        )

    def _look_whether_ready(self) -> None:
        age_seconds = time.monotonic() - self._since
        if age_seconds >= self.service.settle_seconds and self.service.ready():
            self.state, self._since, self._was_ready = "running", time.monotonic(), True
            if self.restarts:
                self._report.say(f"{self.service.name} is running again")
        elif age_seconds > self.service.ready_seconds and self.child is not None:
            self.child.stop()
            self._crashed(f"was not ready within {self.service.ready_seconds:g} s")

    def _crashed(self, what: str) -> None:
        if not self._was_ready:  # a fault of the set-up, which no repetition mends
            self.state, self.failure = "stopped", what
            return
        was_steady = self.state == "running" and time.monotonic() - self._since > STEADY_SECONDS
        self._crashes_in_a_row = 1 if was_steady else self._crashes_in_a_row + 1
        wait_seconds = back_off_seconds(self._crashes_in_a_row)
        self.state, self._start_at = "restarting", time.monotonic() + wait_seconds
        log = self.service.log
        self._report.say(f"{self.service.name} {what}; again in {wait_seconds:g} s; see {log}")

    def _start_again(self) -> None:
        self.restarts += 1
        try:
            self.start()
        except (OSError, StartError) as error:
            self._crashed(f"cannot be started: {error}")


class Supervisor:
    """The children of one stack. ``changed`` is called whenever one of them changes state."""

    def __init__(self, report: Report, changed: Callable[[list[ProcessRecord]], None]) -> None:
        self._report = report
        self._changed = changed
        self._rounds: list[list[WatchedService]] = []
        self._noted: list[ProcessRecord] = []
        self._stop_requested = False

    def listen_for_signals(self) -> None:
        """From here on Ctrl-C and friends end the stack in order instead of at once."""
        for each in STOP_SIGNALS:
            signal.signal(each, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_requested = True

    def check_stop(self) -> None:
        """Raise `StopRequested` if it was."""
        if self._stop_requested:
            raise StopRequested

    def start(
        self,
        *services: Service,
        steps: Sequence[Service] = (),
        told: Callable[[str], None] = nobody,
    ) -> None:
        """Start services and run steps, side by side, while watching what started before.

        Returns when all services are ready and all steps are through; ``told`` hears of each as it
        gets there. `StartError` if a service does not at its first attempt, or a step fails.
        """
        self.check_stop()
        fresh, run = [WatchedService(service, self._report) for service in services], list[Child]()
        self._rounds.append(fresh)
        try:
            for watched in fresh:
                watched.start()
            run += [Child(step) for step in steps]
            self._await(fresh, run, told)
        finally:
            for step in run:
                step.stop()

    def _await(
        self, fresh: list[WatchedService], run: list[Child], told: Callable[[str], None]
    ) -> None:
        while fresh or run:
            self.tick()
            fresh = [watched for watched in fresh if not _is_ready(watched, told)]
            run = [step for step in run if not _is_through(step, told)]

    def watch(self) -> None:
        """Watch until somebody asks to stop."""
        with suppress(StopRequested):
            while True:
                self.tick()

    def tick(self) -> None:
        """Look at every child once, tell of changes, and rest a moment."""
        for watched in self._watched():
            watched.look()
        self._tell()
        self.check_stop()
        time.sleep(TICK_SECONDS)

    def stop(self) -> None:
        """Stop the children, those that started last first; what started together stops so."""
        for together in reversed(self._rounds):
            for watched in together:
                watched.ask_to_stop()
            for watched in together:
                watched.stop()
                self._tell()

    def _watched(self) -> list[WatchedService]:
        return [watched for together in self._rounds for watched in together]

    def _tell(self) -> None:
        now = [watched.note() for watched in self._watched()]
        if now != self._noted:
            with suppress(OSError):  # a full disk: told again at the next look
                self._changed(now)
                self._noted = now


def _is_ready(watched: WatchedService, told: Callable[[str], None]) -> bool:
    if watched.failure:
        raise StartError(failure_text(watched.service, watched.failure))
    if watched.state != "running":
        return False
    told(watched.service.name)
    return True


def _is_through(child: Child, told: Callable[[str], None]) -> bool:
    if child.exit_code is None:
        return False
    if child.exit_code:
        raise StartError(failure_text(child.service, child.ending))
    told(child.service.name)
    return True
