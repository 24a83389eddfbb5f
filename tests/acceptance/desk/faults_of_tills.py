"""A till's machine whose gateway is away, and one whose gateway shows an old certificate."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from identity.names import TillName
from local.ports import choose
from tests.acceptance.desk.operators import Desk, Fault, beating
from tests.gateways import YEAR, Fleet, signed_gateway
from tests.integration.process import HOME

METRIC = "tillstream_proxy_gateway_up"


@contextmanager
def _proxy(desk: Desk, folder: Path, fleet: Fleet, gateway: str) -> Iterator[Path]:
    """A till's proxy that Prometheus scrapes; its socket."""
    (port,) = choose(1)
    own = fleet.identity(TillName("L-1", "1"))
    settings = {
        "HOME": str(folder),
        "TILL_GATEWAY": gateway,
        "TILL_CERT": str(own.certificate),
        "TILL_KEY": str(own.key),
        "TILL_CA": str(fleet.authorities),
    }
    environment = {f"TILLSTREAM_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "tillstream", "till", "--proxy", "--metrics-port", str(port)]
    process = subprocess.Popen(command, cwd=HOME, env={**os.environ, **environment})
    desk.prometheus.scrape("tillstream-proxy", [f"127.0.0.1:{port}"])
    try:
        path = folder / "till" / "proxy.sock"
        desk.prometheus.until(path.exists, "the proxy did not start")
        yield path
    finally:
        desk.prometheus.scrape("tillstream-proxy", [])
        process.terminate()
        process.wait()


def _ask(path: Path) -> tuple[int, dict[str, object]]:
    command = ["curl", "--silent", "--unix-socket", str(path), "http://till/ready"]
    command += ["--write-out", "\n%{http_code}"]
    told = subprocess.run(command, capture_output=True, text=True)
    body, _, status = told.stdout.rpartition("\n")
    return int(status), json.loads(body)


@contextmanager
def _gateway(fleet: Fleet, folder: Path, port: int) -> Iterator[None]:
    """A gateway with a certificate of years ago, on a thread of its own."""
    started, stopping = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        begins = datetime.now(UTC) - 2 * YEAR
        async with signed_gateway(fleet, folder, begins=begins, port=port):
            started.set()
            await stopping.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert started.wait(30), "the gateway did not start"
    try:
        yield
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()


def cut_off(desk: Desk, folder: Path) -> Fault:
    folder.mkdir()
    fleet = Fleet(folder)
    (port,) = choose(1)
    with _proxy(desk, folder, fleet, f"https://127.0.0.1:{port}") as path:
        status, problem = _ask(path)
        assert status == 502 and "is away" in str(problem["detail"])
        yield [("TillIsCutOff", {})]
        with _gateway(fleet, folder, port):
            assert _ask(path)[0] == 200
            desk.prometheus.reaches(bool, METRIC)


@contextmanager
def _connected(desk: Desk, folder: Path) -> Iterator[Path]:
    """The socket of a proxy whose gateway answers, with a certificate of years ago."""
    folder.mkdir()
    fleet = Fleet(folder)
    (port,) = choose(1)
    with (
        _gateway(fleet, folder, port),
        _proxy(desk, folder, fleet, f"https://127.0.0.1:{port}") as path,
    ):
        yield path


def old_certificate(desk: Desk, folder: Path) -> Fault:
    with _connected(desk, folder) as path:
        assert _ask(path)[0] == 200, "a date stops a sale"
        yield [("GatewayCertificateHasEnded", {})]


@contextmanager
def busy(desk: Desk, folder: Path) -> Iterator[None]:
    """A till's program asks its gateway all the time."""
    with _connected(desk, folder) as path, beating(lambda: _ask(path)):
        yield
