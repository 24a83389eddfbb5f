"""A till's machine: its disk, its process, and the vouchers that it is given."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.acceptance.outside.stack import ROOT, tillstream

from .link import Line

ANSWER_SECONDS_MAX = 20.0
START_SECONDS_MAX = 60.0


class TillAway(Exception):
    """The till does not answer: its process is not there, or hangs."""


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("till", timeout=ANSWER_SECONDS_MAX)
        self._path = path

    def connect(self) -> None:
        """By the till's socket."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(ANSWER_SECONDS_MAX)
        self.sock.connect(str(self._path))


class TillMachine:
    """One till. Its journal is on its own disk, ``folder``, which may be copied and put back."""

    def __init__(self, folder: Path, location_id: str, till_id: str, gateway: str) -> None:
        self.folder = folder
        self.location_id, self.till_id = location_id, till_id
        self.line = Line(gateway)
        self._log = folder.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None
        self.times_put_back = 0
        folder.mkdir(parents=True)

    @property
    def journal(self) -> Path:
        """The file that an auditor asks for."""
        return self.folder / "till" / "journal.sqlite"

    def start(self) -> None:
        """Start the process; it is not waited for."""
        command = [sys.executable, "-m", "tillstream", "till", "--metrics-port", "0"]
        environment = {**os.environ, "TILLSTREAM_HOME": str(self.folder)}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
            )

    def end(self, number: signal.Signals) -> None:
        """End the process, and wait for its end."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(60)
            self._process = None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it runs."""
        if self._process is not None:
            self._process.send_signal(number)

    def look_after(self) -> None:
        """Start it again where it has ended by itself, as a supervisor does."""
        if self._process is not None and self._process.poll() is not None:
            self.start()

    def close(self) -> None:
        """End everything."""
        self.signal(signal.SIGCONT)
        self.end(signal.SIGKILL)
        self.line.close()

    def enrol(self, kind: str = "add") -> None:
        """Give it a voucher: the registration counts one epoch further with each."""
        printed = tillstream("devices", kind, self.location_id, self.till_id, "--json")
        if printed.returncode:
            raise RuntimeError(f"no voucher: {printed.stdout}{printed.stderr}")
        voucher = json.loads(printed.stdout) | {"gateway": self.line.address}
        told: object = None
        limit = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < limit:
            with suppress(TillAway):
                status, told = self.ask("POST", "/voucher", voucher)
                if status == http.HTTPStatus.OK:
                    return
            time.sleep(0.2)
        raise RuntimeError(f"the till takes no voucher: {told}")

    def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, key: str | None = None
    ) -> tuple[int, dict[str, Any]]:
        """Status and answer of one request; raises `TillAway` where there is no whole answer."""
        connection = _SocketConnection(self.folder / "till" / "till.sock")
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        try:
            connection.request(method, f"/till/v1{path}", json.dumps(body or {}), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise TillAway(repr(error)) from error
        finally:
            connection.close()

    def state(self) -> dict[str, Any]:
        """How the till stands by its own words; empty where it does not answer."""
        try:
            return self.ask("GET", "/state")[1]
        except TillAway:
            return {}

    def note(self) -> None:
        """Let it write an event that means nothing, if it will."""
        event = {"type": "noted", "kind": "price_checked", "detail": {}, "cashier_id": "1"}
        with suppress(TillAway):
            self.ask("POST", "/events", event, str(uuid.uuid4()))

    def copy_disk(self) -> Path:
        """An image of the disk, taken while the machine is off."""
        image = self.folder.with_suffix(".image")
        shutil.rmtree(image, ignore_errors=True)
        shutil.copytree(self.folder, image, ignore=shutil.ignore_patterns("*.sock"))
        return image

    def put_back(self, image: Path) -> None:
        """Replace the disk by an image, while the machine is off."""
        shutil.rmtree(self.folder)
        image.rename(self.folder)
        self.times_put_back += 1
