"""``python -m tests.whole``: every test, in lots that run side by side; ``make test`` is this.

Each lot is a process of its own. What it says comes line by line with its name in front; where it
fails, its errors come in one piece. Ctrl-C ends all lots, and their services with them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.lots import ALONE, FIRST, SIDE_BY_SIDE, Lot
from tests.memory import quick_folder

CHECKOUT = Path(__file__).resolve().parents[1]

AT_ONCE = 2
"""Lots. The machine that all this is measured on has two cores. Three were tried: each took half as
long again, so that the whole was through but a twentieth sooner. What a test waits for comes later
the more there are at once, and its patience has an end."""

ERRORS = (" FAILURES ", " ERRORS ", " warnings summary ", " short test summary ")
"""Titles of pytest's, under which it tells at length what went wrong."""


SUMMED_UP = ("FAILED ", "ERROR ")
"""How pytest's line for a test that failed begins. These are told once more at the very end, where
one looks first."""

LINE_WIDTH = "1000"
"""Where pytest takes a terminal of 80 columns for granted, it cuts off why a test failed."""


@dataclass
class Ended:
    """A lot that has run."""

    lot: Lot
    status: int
    seconds: float
    last_line: str
    faults: Sequence[str] = ()
    """A line each, as pytest sums them up."""


class Runner:
    """Runs lots and tells what they say."""

    def __init__(self, disk: Path, quick: Path) -> None:
        """What a lot writes comes into a folder of ``disk`` where it needs one, else of ``quick``;
        it is removed where the lot has passed."""
        self._disk = disk
        self._quick = quick
        self._telling = threading.Lock()
        self._running: dict[Lot, subprocess.Popen[str]] = {}
        self._is_over = False
        # Hundreds of Pythons start, each of which would compile the checkout where that is not
        # kept; and what is kept lies here, not beside the sources.
        kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(quick / "compiled")}
        self._environment = {**os.environ, **kept, "COLUMNS": LINE_WIDTH}

    def run(self, lots: Sequence[Lot], at_once: int, required: Sequence[Lot] = ()) -> list[Ended]:
        """Each of them to its end, some at a time; raises KeyboardInterrupt after Ctrl-C.

        Where one of ``required`` fails, the lots that are not are ended or left out.
        """
        with ThreadPoolExecutor(at_once) as pool:
            ended = [pool.submit(self._begin, lot, required) for lot in lots]
            try:
                return [each for one in ended if (each := one.result()) is not None]
            except KeyboardInterrupt:
                pool.shutdown(wait=False, cancel_futures=True)
                self._interrupt()
                raise

    def _begin(self, lot: Lot, required: Sequence[Lot]) -> Ended | None:
        if self._is_over and lot not in required:
            return None
        ended = self._run(lot)
        if ended.status and lot in required:
            self._is_over = True
            self._interrupt(required)
        return ended

    def _run(self, lot: Lot) -> Ended:
        began = time.monotonic()
        place = (self._disk if lot.needs_disk else self._quick) / lot.name
        placed = [f"--basetemp={place}"] if lot.command[0] == "pytest" else []
        # A session of its own: Ctrl-C reaches it once, from here, and never while it tidies up.
        process = subprocess.Popen(
            [sys.executable, "-m", *lot.command, *placed],
            cwd=CHECKOUT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._running[lot] = process
        last_line, faults = self._tell(lot.name, process)
        status = process.wait()
        if status == 0:
            _remove(place)  # others may need the memory
        return Ended(lot, status, time.monotonic() - began, last_line, faults)

    def _tell(self, name: str, process: subprocess.Popen[str]) -> tuple[str, list[str]]:
        """Pass on what it says, to its last line; errors are kept until it has told all of them."""
        assert process.stdout is not None
        kept: list[str] = []
        line = ""
        for line in process.stdout:
            if kept or (line.startswith("==") and any(title in line for title in ERRORS)):
                kept.append(line)
            elif line.strip():
                self._say(f"{name:<12}{line}")
        if kept:
            self._say(f"\nWhat {name} says:\n{''.join(kept)}\n")
        return line.strip(" =\n"), [each for each in kept if each.startswith(SUMMED_UP)]

    def _say(self, text: str) -> None:
        with self._telling:
            sys.stdout.write(text)
            sys.stdout.flush()

    def _interrupt(self, spared: Sequence[Lot] = ()) -> None:
        for lot, process in list(self._running.items()):
            if lot not in spared and process.poll() is None:
                # With what it has started, as a terminal does.
                os.killpg(process.pid, signal.SIGINT)


def _remove(folder: Path) -> None:
    """A broker's data are many files, over which Python takes long."""
    subprocess.run(["rm", "-rf", folder], check=True)


def _settle(quick: Path, folder: Path) -> None:
    """Bring what failed lots wrote out of memory, where it would lie until the machine ends."""
    _remove(quick / "compiled")
    if written := list(quick.iterdir()):
        subprocess.run(["mv", *written, folder], check=True)
    quick.rmdir()


def _left_behind() -> set[str]:
    """What lies in the checkout and belongs to nobody, empty folders included."""
    command = ["git", "ls-files", "--others", "--exclude-standard", "--directory"]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


def _steps(runner: Runner) -> Iterator[Ended]:
    """All lots; what runs alone only where none of the first has failed."""
    ended = runner.run((*FIRST, *SIDE_BY_SIDE), AT_ONCE, required=FIRST)
    yield from ended
    if not any(each.status for each in ended if each.lot in FIRST):
        yield from runner.run(ALONE, 1)


def main() -> int:
    """Run everything; 0 where all is right."""
    # A shell that runs this in the background has Ctrl-C ignored, and every lot would inherit that.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    before, began = _left_behind(), time.monotonic()
    folder, quick = (
        Path(tempfile.mkdtemp(prefix="tillstream-tests-", dir=where))
        for where in (None, quick_folder())
    )
    try:
        ended = list(_steps(Runner(folder, quick)))
    except KeyboardInterrupt:
        sys.stdout.write("interrupted\n")
        _remove(folder)
        _remove(quick)
        return 130
    for each in ended:
        word = "FAILED" if each.status else "passed"
        sys.stdout.write(f"{each.lot.name:<12}{word} {each.seconds:5.0f} s  {each.last_line}\n")
    sys.stdout.writelines(fault for each in ended for fault in each.faults)
    sys.stdout.write(f"{time.monotonic() - began:.0f} s in all\n")
    _settle(quick, folder)
    left = _left_behind() - before
    if left:
        sys.stdout.write(f"The tests left behind in the checkout: {', '.join(sorted(left))}\n")
    if left or any(each.status for each in ended):
        sys.stdout.write(f"What the tests wrote is in {folder}\n")
        return 1
    _remove(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
