"""The till's page as the only window of its machine: in full screen, and again when it dies."""

import asyncio
import shutil
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import structlog

from tillstream.settings import SettingsError

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

LASTED_SECONDS = 30.0
"""A browser that ran so long is started again at once; one that dies sooner is waited for longer
each time, so that a machine without a screen is not busy with it."""

PAUSE_SECONDS_MAX = 30.0
STOP_SECONDS = 5.0

_FLAGS = (
    "--kiosk",
    "--no-first-run",
    "--noerrdialogs",
    "--hide-crash-restore-bubble",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


_LOCKS = ("SingletonLock", "SingletonCookie", "SingletonSocket")
"""By which Chromium finds the process that has a profile; links, which dangle where it has gone."""


def browser() -> str:
    """The path of one that is installed; raises `SettingsError`."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        words = f"--kiosk needs one of {', '.join(BROWSERS)} on the path, and there is none"
        raise SettingsError(words)
    return found


@asynccontextmanager
async def kiosk(path: str, address: str, folder: Path) -> AsyncGenerator[None]:
    """Show the page for the length of a block; ``folder`` is the browser's own, and nobody else's:
    whatever browser has it is ended."""
    showing = asyncio.create_task(_show_for_ever(path, address, folder))
    try:
        yield
    finally:
        showing.cancel()
        with suppress(asyncio.CancelledError):
            await showing


async def _show_for_ever(path: str, address: str, folder: Path) -> None:
    pause_seconds, log = 0.0, structlog.get_logger("tillstream.till")
    while True:
        begun = time.monotonic()
        status = await _shown(path, address, folder)
        lasted = time.monotonic() - begun >= LASTED_SECONDS
        pause_seconds = 0.0 if lasted else min(pause_seconds * 2 or 0.5, PAUSE_SECONDS_MAX)
        log.warning("browser_ended", status=status, again_in_seconds=pause_seconds)
        await asyncio.sleep(pause_seconds)


def _named_by(folder: Path) -> str:
    """The argument that tells a kiosk's browser from all others."""
    return f"--user-data-dir={folder.resolve()}"


def _free(folder: Path) -> None:
    """Let no browser have the folder. One that has outlived its till would take the next one's page
    in as a further tab, and show a page at a port that nobody serves any more.

    What is left of the lock names the machine, too: after a new name of it no browser would start.
    """
    own = _named_by(folder)
    left = [each for each in psutil.process_iter() if own in _arguments_of(each)]
    for stop in (psutil.Process.terminate, psutil.Process.kill):
        for each in left:
            with suppress(psutil.Error):
                stop(each)
        _, left = psutil.wait_procs(left, STOP_SECONDS)
    for name in _LOCKS:
        (folder / name).unlink(missing_ok=True)


def _arguments_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:  # it has ended, or is somebody else's
        return []


async def _shown(path: str, address: str, folder: Path) -> int | str:
    """The status with which the browser ended, or why it did not start."""
    command = (path, *_FLAGS, _named_by(folder), address)
    try:
        await asyncio.to_thread(_free, folder)
        started = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError as error:
        return str(error)
    try:
        return await started.wait()
    finally:
        if started.returncode is None:
            await _end(started)


async def _end(started: asyncio.subprocess.Process) -> None:
    started.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await started.wait()
    except TimeoutError:
        started.kill()
        await started.wait()
