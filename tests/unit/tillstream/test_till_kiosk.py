"""The page is the only window, comes again when the browser dies, and goes with the till."""

import asyncio
from pathlib import Path

import psutil
import pytest

from tillstream import till_kiosk
from tillstream.settings import SettingsError

ADDRESS = "http://127.0.0.1:1"


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The pid of a browser in the path and what it was started with, a line each; it dies at its
    first two starts."""
    starts = tmp_path / "starts"
    program = tmp_path / "chromium"
    program.write_text(
        f'#!/bin/sh\necho "$$ $@" >> {starts}\n'
        f'[ "$(wc -l < {starts})" -lt 3 ] && exit 1\nexec sleep 600\n'
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return starts


def _read(told: Path) -> list[str]:
    return told.read_text().splitlines() if told.exists() else []


async def starts_of(told: Path, count: int) -> list[str]:
    for _ in range(1_000):
        lines = _read(told)
        if len(lines) >= count:
            return lines
        await asyncio.sleep(0.01)
    raise AssertionError(f"the browser was not started {count} times")


async def test_a_browser_that_dies_is_started_again(told: Path, tmp_path: Path) -> None:
    async with till_kiosk.kiosk(till_kiosk.browser(), ADDRESS, tmp_path / "kiosk"):
        lines = await starts_of(told, 3)
        await asyncio.sleep(0.3)
        assert len(await starts_of(told, 3)) == 3, "one that runs is started again"
    for line in lines:
        assert "--kiosk" in line and line.endswith(ADDRESS)
        assert f"--user-data-dir={tmp_path / 'kiosk'}" in line


async def test_the_browser_ends_with_the_till(told: Path, tmp_path: Path) -> None:
    async with till_kiosk.kiosk(till_kiosk.browser(), ADDRESS, tmp_path):
        *_, last = await starts_of(told, 3)
        pid = int(last.split()[0])
        assert psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid), "a browser is left behind"


def test_without_a_browser_it_is_said_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError, match="chromium"):
        till_kiosk.browser()
