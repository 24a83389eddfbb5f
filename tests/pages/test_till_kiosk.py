"""`tillstream till --kiosk` with a real Chromium: it shows the till's page alone, whatever dies."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import URLError
from urllib.request import urlopen

import psutil
import pytest

from local.ports import choose
from tests.browser import FLAGS
from tests.integration.process import HOME
from tests.till_pages import stocked

T = TypeVar("T")

PATIENCE_SECONDS = 60.0
QUIET_SECONDS = 2.0
"""In which nothing more may happen: a browser that dies at its start is started again within it."""


def until(reached: Callable[[], T], lost: str) -> T:
    """What ``reached`` gives once it is something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := reached()):
        assert time.monotonic() < deadline, lost
        time.sleep(0.05)
    return found


class Kiosk:
    """A till's machine with a Chromium on its path that needs no screen, and may be looked into."""

    def __init__(self, folder: Path) -> None:
        self.home = folder
        self.profile = folder / "till" / "kiosk"
        stocked(folder)
        program = folder / "bin" / "chromium"
        program.parent.mkdir()
        more = " ".join((*FLAGS, "--headless=new", "--remote-debugging-port=0"))
        program.write_text(f'#!/bin/sh\nexec "{shutil.which("chromium")}" {more} "$@"\n')
        program.chmod(0o700)
        self._path = f"{program.parent}:{os.environ['PATH']}"

    @contextmanager
    def till(self) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        """The till with its window, for the length of a block, and its page's address."""
        (port,) = choose(1)
        command = [sys.executable, "-m", "tillstream", "till", "--kiosk", "--page-port", str(port)]
        environment = {**os.environ, "TILLSTREAM_HOME": str(self.home), "PATH": self._path}
        process = subprocess.Popen(command, cwd=HOME, env=environment)
        try:
            yield process, f"http://127.0.0.1:{port}/"
        finally:
            process.terminate()
            process.wait(30)

    def browsers(self) -> list[int]:
        """Processes that have the kiosk's profile, but for what they started themselves."""
        found: list[int] = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                line = process.cmdline()
                is_main = not any(each.startswith("--type=") for each in line)
                if is_main and f"--user-data-dir={self.profile}" in line:
                    found.append(process.pid)
        return found

    def pages(self) -> list[dict[str, Any]]:
        """What the browser shows; nothing before it answers."""
        try:
            port = (self.profile / "DevToolsActivePort").read_text().split()[0]
            with urlopen(f"http://127.0.0.1:{port}/json/list", timeout=5) as answer:
                return [each for each in json.load(answer) if each["type"] == "page"]
        except (OSError, URLError, IndexError, ValueError):
            return []

    def shows(self, address: str, but: int = 0) -> int:
        """Wait until one browser, another than ``but``, shows that page alone; its pid."""

        def shown() -> int:
            pids = self.browsers()
            seen = [(each["url"], each["title"]) for each in self.pages()]
            is_alone = len(pids) == 1 and pids[0] != but and seen == [(address, "Till")]
            return pids[0] if is_alone else 0

        lost = f"not the page alone: {self.browsers()} show {self.pages()}"
        return until(shown, lost)

    def stays(self, pid: int, address: str) -> None:
        """For a while nothing else comes."""
        deadline = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < deadline:
            assert self.browsers() == [pid], "another browser came"
            assert [each["url"] for each in self.pages()] == [address], "a tab was opened"
            time.sleep(0.1)


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    found = Kiosk(tmp_path)
    yield found
    left = found.browsers()
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, "the browser did not end with its till"


def test_the_page_is_the_only_one_and_comes_again_when_the_browser_dies(kiosk: Kiosk) -> None:
    with kiosk.till() as (_, address):
        first = kiosk.shows(address)
        kiosk.stays(first, address)
        os.kill(first, signal.SIGKILL)
        kiosk.stays(kiosk.shows(address, but=first), address)


def test_a_browser_that_outlives_its_till_gives_way_to_the_next(kiosk: Kiosk) -> None:
    with kiosk.till() as (till, address):
        first = kiosk.shows(address)
        till.kill()
        till.wait()
        assert kiosk.browsers() == [first], "the browser was to outlive its till here"
        with kiosk.till() as (_, address):
            kiosk.stays(kiosk.shows(address, but=first), address)


def test_a_lock_of_another_machine_keeps_no_browser_from_starting(kiosk: Kiosk) -> None:
    """As a profile has after the machine has got another name, or its disk another machine."""
    kiosk.profile.mkdir(parents=True)
    (kiosk.profile / "SingletonLock").symlink_to("another-machine-4242")
    with kiosk.till() as (_, address):
        kiosk.shows(address)
