"""``tillstream till --proxy`` as a process: its doors, its end, and wrong settings."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, UnixConnector

from identity.names import StoreName, TillName
from tests.gateways import Fleet, SignedGateway, signed_gateway
from tests.integration.process import HOME


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


@pytest.fixture
async def gateway(fleet: Fleet, tmp_path: Path) -> AsyncIterator[SignedGateway]:
    async with signed_gateway(fleet, tmp_path) as opened:
        yield opened


def settings(fleet: Fleet, home: Path, **changed: str) -> dict[str, str]:
    """The environment of a till's machine."""
    own = fleet.identity(TillName("L-1", "1"))
    given = {
        "home": str(home),
        "till_gateway": "https://127.0.0.1:1",
        "till_cert": str(own.certificate),
        "till_key": str(own.key),
        "till_ca": str(fleet.authorities),
        **changed,
    }
    clean = {name: value for name, value in os.environ.items() if "TILLSTREAM" not in name}
    return clean | {f"TILLSTREAM_{name.upper()}": value for name, value in given.items() if value}


COMMAND = (sys.executable, "-m", "tillstream", "till", "--proxy", "--metrics-port", "0")


@contextmanager
def running(environment: dict[str, str], *options: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([*COMMAND, *options], cwd=HOME, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def appeared(path: Path, process: subprocess.Popen[bytes], before: str = "") -> str:
    """The content of a file once it is there and another than ``before``; nothing of a socket."""
    deadline = time.monotonic() + 60
    while not (path.is_socket() or (path.is_file() and path.read_text() not in ("", before))):
        assert process.poll() is None and time.monotonic() < deadline, f"{path} did not appear"
        time.sleep(0.05)
    return "" if path.is_socket() else path.read_text()


async def test_a_program_asks_by_the_socket_until_the_proxy_is_stopped(
    fleet: Fleet, gateway: SignedGateway, tmp_path: Path
) -> None:
    path = tmp_path / "till" / "proxy.sock"
    with running(settings(fleet, tmp_path, till_gateway=gateway.address)) as process:
        appeared(path, process)
        await asyncio.sleep(0.5)  # the socket is there a moment before it is served
        async with (
            ClientSession(connector=UnixConnector(str(path))) as program,
            program.get("http://till/ready") as answer,
        ):
            assert (answer.status, await answer.json()) == (200, {"taken": 1})
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert not path.is_socket(), "the socket outlives the proxy"


async def test_after_a_kill_it_starts_again(
    fleet: Fleet, gateway: SignedGateway, tmp_path: Path
) -> None:
    given = settings(fleet, tmp_path, till_gateway=gateway.address)
    secret_file = tmp_path / "till" / "proxy.secret"
    with running(given, "--port", "0") as process:
        first = appeared(secret_file, process)
        assert secret_file.stat().st_mode & 0o777 == 0o600
    assert secret_file.exists(), "it was killed"
    with running(given, "--port", "0") as process:
        assert appeared(secret_file, process, before=first)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"till_gateway": ""}, "TILLSTREAM_TILL_GATEWAY"),
        ({"till_gateway": "http://127.0.0.1:1"}, "is no https://host:port"),
        ({"till_cert": ""}, "TILLSTREAM_TILL_CERT"),
        ({"till_key": "nowhere.pem"}, "nowhere.pem cannot be read"),
        ({"till_ca": "nowhere.pem"}, "nowhere.pem"),
    ],
)
def test_what_is_missing_or_wrong_is_said_in_one_line(
    fleet: Fleet, tmp_path: Path, changed: dict[str, str], why: str
) -> None:
    done = subprocess.run(
        COMMAND, cwd=HOME, env=settings(fleet, tmp_path, **changed), capture_output=True, text=True
    )
    said = done.stderr.strip().splitlines()
    assert done.returncode == 1 and why in said[-1], done.stderr
    assert "Traceback" not in done.stderr


def test_a_key_that_others_may_read_is_refused(fleet: Fleet, tmp_path: Path) -> None:
    given = settings(fleet, tmp_path)
    Path(given["TILLSTREAM_TILL_KEY"]).chmod(0o644)
    done = subprocess.run(COMMAND, cwd=HOME, env=given, capture_output=True, text=True)
    assert done.returncode == 1 and "chmod 600" in done.stderr


def test_a_stores_identity_is_no_tills(fleet: Fleet, tmp_path: Path) -> None:
    store = fleet.identity(StoreName("L-1"))
    given = settings(fleet, tmp_path, till_cert=str(store.certificate), till_key=str(store.key))
    done = subprocess.run(COMMAND, cwd=HOME, env=given, capture_output=True, text=True)
    assert done.returncode == 1 and "no till's" in done.stderr
    assert json.dumps(str(store.key)) not in done.stdout
