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
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from identity.names import TillName
from local.ports import choose
from tests.acceptance.desk.operators import Desk, Fault, beating
from tests.gateways import YEAR, Fleet, signed_gateway
from tests.integration.process import HOME

METRIC = "tillstream_proxy_gateway_up"


@dataclass(frozen=True)
class _Proxy:
    """A till's, with the address (host:port) of its metrics."""

    socket: Path
    metrics: str

    @property
    def labels(self) -> dict[str, str]:
        """What tells its series from others."""
        return {"instance": self.metrics}

    def ask(self) -> tuple[int, dict[str, object]]:
        """Whether it is ready: the status, and what it says."""
        command = ["curl", "--silent", "--unix-socket", str(self.socket), "http://till/ready"]
        command += ["--write-out", "\n%{http_code}"]
        told = subprocess.run(command, capture_output=True, text=True)
        body, _, status = told.stdout.rpartition("\n")
        return int(status), json.loads(body)


@contextmanager
def _proxy(desk: Desk, folder: Path, fleet: Fleet, gateway: str) -> Iterator[_Proxy]:
    """One that Prometheus scrapes."""
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
    proxy = _Proxy(folder / "till" / "proxy.sock", f"127.0.0.1:{port}")
    try:
        with desk.prometheus.scraping("tillstream-proxy", proxy.metrics):
            desk.prometheus.until(proxy.socket.exists, "the proxy did not start")
            yield proxy
    finally:
        process.terminate()
        process.wait()


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
    with _proxy(desk, folder, fleet, f"https://127.0.0.1:{port}") as proxy:
        status, problem = proxy.ask()
        assert status == 502 and "is away" in str(problem["detail"])
        yield [("TillIsCutOff", proxy.labels)]
        with _gateway(fleet, folder, port):
            assert proxy.ask()[0] == 200
            desk.prometheus.reaches(lambda up: up == 1, METRIC, **proxy.labels)


@contextmanager
def _connected(desk: Desk, folder: Path) -> Iterator[_Proxy]:
    """A proxy whose gateway answers, with a certificate of years ago."""
    folder.mkdir()
    fleet = Fleet(folder)
    (port,) = choose(1)
    with (
        _gateway(fleet, folder, port),
        _proxy(desk, folder, fleet, f"https://127.0.0.1:{port}") as proxy,
    ):
        yield proxy


def old_certificate(desk: Desk, folder: Path) -> Fault:
    with _connected(desk, folder) as proxy:
        assert proxy.ask()[0] == 200, "a date stops a sale"
        yield [("GatewayCertificateHasEnded", proxy.labels)]


@contextmanager
def busy(desk: Desk, folder: Path) -> Iterator[None]:
    """A till's program asks its gateway all the time."""
    with _connected(desk, folder) as proxy, beating(proxy.ask):
        yield
