"""``tillstream till`` as a process: it starts alone, is killed, is stopped, is the only one."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import ClientError, ClientSession, UnixConnector

from edge.journal.verifying import prove
from tests.gateways import Fleet
from tests.integration.process import HOME
from tests.unit.edge.till.registrations import as_text, registration
from tests.unit.edge.till.shops import shop
from tests.unit.edge.till.tills import LINE, enrolled, paid

DOCUMENT = HOME / "docs" / "till.md"
COMMAND = (sys.executable, "-m", "tillstream", "till", "--metrics-port", "0")


def environment(home: Path) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if "TILLSTREAM" not in name}
    return clean | {"TILLSTREAM_HOME": str(home)}


@contextmanager
def process(home: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The till of a home, killed in the end where it still runs."""
    started = subprocess.Popen([*COMMAND, *options], cwd=HOME, env=environment(home))
    try:
        yield started
    finally:
        started.kill()
        started.wait()


class Page:
    """A page's program that asks again where it heard no answer."""

    def __init__(self, home: Path) -> None:
        self._socket = str(home / "till" / "till.sock")

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The answer, once there is one."""
        headers = {"Idempotency-Key": str(uuid4())}
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                async with (
                    ClientSession(connector=UnixConnector(self._socket)) as session,
                    session.request(
                        method, f"http://till/till/v1{path}", json=body or {}, headers=headers
                    ) as answer,
                ):
                    told = await answer.json()
                    assert answer.status < 400, told
                    return told
            except (ClientError, OSError):
                await asyncio.sleep(0.02)
        raise AssertionError(f"{path} was never answered")

    async def sell(self) -> str:
        """Sell one line; the receipt's number."""
        cart_id = (await self.ask("POST", "/carts"))["cart_id"]
        await self.ask("POST", f"/carts/{cart_id}/lines", LINE)
        return (await self.ask("POST", f"/carts/{cart_id}/complete", paid(398)))["receipt_no"]


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


@pytest.fixture
async def alone(fleet: Fleet, tmp_path: Path) -> AsyncIterator[Path]:
    """The home of a till that has enrolled, whose gateway and all else is away."""
    enrolled(fleet, tmp_path / "home" / "till", "https://127.0.0.1:1")
    yield tmp_path / "home"


async def test_a_voucher_in_a_file_makes_a_till_that_sells_and_sends(
    fleet: Fleet, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    async with (
        shop(fleet, tmp_path / "shop") as store,
        registration(fleet, store.address) as centre,
    ):
        file = tmp_path / "voucher.json"
        file.write_bytes(as_text(centre.voucher()))
        with process(home, "--voucher", str(file)) as till:
            page = Page(home)
            for _ in range(500):
                state = await page.ask("GET", "/state")
                if state["enrolment"]["state"] == "enrolled":
                    break
                await asyncio.sleep(0.02)
            await page.ask("PUT", "/day", {"business_date": "2026-11-30"})
            receipts = [await page.sell() for _ in range(3)]
            for _ in range(500):
                if store.sales() == receipts:
                    break
                await asyncio.sleep(0.02)
            assert store.sales() == receipts
            till.send_signal(signal.SIGTERM)
            assert till.wait(20) == 0
        assert not (home / "till" / "till.sock").is_socket(), "the socket outlives the till"
        with process(home, "--voucher", str(file)):
            assert (await Page(home).ask("GET", "/state"))["receipt_count"] == 3


async def test_killed_at_any_moment_it_sells_each_cart_once(alone: Path) -> None:
    page, chance, receipts = Page(alone), Random(13), list[str]()

    async def customers() -> None:
        await page.ask("PUT", "/day", {"business_date": "2026-11-30"})
        for _ in range(40):
            receipts.append(await page.sell())

    selling = asyncio.create_task(customers())
    for _ in range(4):
        with process(alone):
            await page.ask("GET", "/state")
            await asyncio.sleep(chance.uniform(0.02, 0.25))
    with process(alone):
        await selling
        state = await page.ask("GET", "/state")
    assert receipts == [f"till-3-1-{number}" for number in range(1, 41)]
    assert (state["receipt_count"], state["carts"]["open"]) == (40, 0), "a cart was sold twice"
    assert not prove(alone / "till" / "journal.sqlite").findings


def test_the_document_sells_as_it_is_printed(alone: Path) -> None:
    [example] = [each for each in re.findall(r"```sh\n(.+?)```", DOCUMENT.read_text(), re.S)][1:]
    alone.rename(alone.with_name(".tillstream"))
    with process(alone.with_name(".tillstream")):
        started(alone.with_name(".tillstream"))
        done = subprocess.run(
            ["sh", "-euc", example], cwd=alone.parent, capture_output=True, text=True, timeout=60
        )
    sold = json.loads("{" + done.stdout.rpartition("}{")[2])
    assert (sold["receipt_no"], sold["total_minor"]) == ("till-3-1-1", 398), done.stdout


def started(home: Path) -> None:
    """Wait until the till of a home has its door."""
    deadline = time.monotonic() + 60
    while not (home / "till" / "till.sock").is_socket():
        assert time.monotonic() < deadline, "the till did not start"
        time.sleep(0.05)
    time.sleep(0.3)  # the socket is there a moment before it is served


def test_a_second_till_on_one_journal_is_refused_in_one_line(alone: Path) -> None:
    with process(alone):
        started(alone)
        second = subprocess.run(
            COMMAND, cwd=HOME, env=environment(alone), capture_output=True, text=True, timeout=60
        )
    assert second.returncode == 1 and "another till runs in" in second.stderr.splitlines()[-1]
    assert "Traceback" not in second.stderr


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("voucher.json", None, "the voucher cannot be read"),
        ("voucher.json", b"{}", "This is no voucher"),
    ],
)
def test_a_wrong_voucher_is_said_in_one_line(
    tmp_path: Path, name: str, content: bytes | None, why: str
) -> None:
    file = tmp_path / name
    if content is not None:
        file.write_bytes(content)
    done = subprocess.run(
        [*COMMAND, "--voucher", str(file)],
        cwd=HOME,
        env=environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1 and why in done.stderr.splitlines()[-1], done.stderr
    assert "Traceback" not in done.stderr
