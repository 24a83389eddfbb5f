"""A till whose gateway refuses it, whose sales pile up, whose journal knows a later time, that was
off for weeks, and at which somebody tries cards."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import msgspec
from aiohttp import web

from edge.journal.entries import TillPlace
from edge.journal.journal import Journal
from edge.problems import Code, Refusal
from edge.till.employees.attempts import WRONG_MAX
from edge.till.employees.news import KeptAge
from edge.till.employees.staff import STAFF
from edge.till.identity.folder import IdentityFolder
from identity.names import StoreName
from local.ports import choose
from tests.acceptance.desk.operators import Desk, Fault, beating
from tests.gateways import Fleet, SignedGateway, signed_gateway
from tests.integration.process import HOME
from tests.unit.edge.journal.tills import TILL, event
from tests.unit.edge.till.employees.crews import ANNA, CARD_KEY, MIA, PINS
from tests.unit.edge.till.tills import enrolled, sells

WAITING = 150
"""Events that were written before; the alert is for more than a hundred."""

OFF_DAYS = 21
"""For how long the till was off; the alert is for a list of employees of more than 20 days."""

BUNDLE_SECONDS = 5.0
"""Between two of the gateway's words that its catalog is current: it does not hold the question,
and a till that is always answered asks all the time."""

APPROVALS_TRIED = 6
"""The alert is for more than four within a quarter of an hour."""

APPROVALS = "tillstream_till_approvals_refused_total"


@contextmanager
def _gateway(fleet: Fleet, folder: Path) -> Iterator[SignedGateway]:
    """A gateway that refuses the till until it is told to take what comes."""
    told: list[SignedGateway] = []
    started, stopping = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with signed_gateway(fleet, folder, StoreName(TILL.location_id)) as gateway:
            gateway.answer_with = _refusal
            told.append(gateway)
            started.set()
            await stopping.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert started.wait(30), "the gateway did not start"
    try:
        yield told[0]
    finally:
        loop.call_soon_threadsafe(stopping.set)
        thread.join()


def _refusal() -> web.Response:
    return Refusal(HTTPStatus.FORBIDDEN, Code.DEVICE, "This till was revoked.").response()


def _takes(gateway: SignedGateway) -> None:
    told_at = 0.0

    def taken() -> web.Response:
        nonlocal told_at
        asked = gateway.took[-1]
        if asked.target.startswith("/v1/bundle") and time.monotonic() - told_at > BUNDLE_SECONDS:
            told_at = time.monotonic()
            return web.Response(status=HTTPStatus.NO_CONTENT, headers={"Age": "0"})
        if asked.method != "POST":
            return _refusal()
        batch = json.loads(asked.body)
        last = batch["first"] + len(batch["events"]) - 1
        word = {"accepted_to": last, "confirmed_to": last, "missing": [], "forks": []}
        now = datetime.now(UTC).isoformat()
        return web.json_response(word | {"durable": "kafka", "server_time": now})

    gateway.answer_with = taken


def _sold_before(home: Path) -> None:
    """The journal of a till that has sold by a clock that was a day ahead."""
    identity = IdentityFolder(home / "identity").current()
    assert identity is not None
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    age = KeptAge(0.0, time.time() - OFF_DAYS * 86_400)
    with closing(Journal(home / "journal.sqlite", TillPlace(*TILL), identity.till.key)) as journal:
        journal.begin_epoch(1)
        written = [event("till_heartbeat", occurred_at=later) for _ in range(WAITING)]
        journal.append(written, {STAFF: msgspec.json.encode(age)})


@dataclass(frozen=True)
class _Selling:
    """A till with its socket, the address (host:port) of its metrics, and its gateway."""

    socket: Path
    metrics: str
    gateway: SignedGateway

    def state(self) -> str:
        """How it stands, as JSON."""
        return self.curl("http://till/till/v1/state")

    def post(self, path: str, **body: str) -> str:
        """What is answered, as JSON."""
        asks = ("--request", "POST", "--header", f"Idempotency-Key: {uuid.uuid4()}")
        return self.curl(*asks, "--data", json.dumps(body), f"http://till/till/v1{path}")

    def curl(self, *arguments: str) -> str:
        command = ["curl", "--silent", "--unix-socket", str(self.socket), *arguments]
        return subprocess.run(command, capture_output=True, text=True).stdout


@contextmanager
def _till(desk: Desk, folder: Path) -> Iterator[_Selling]:
    """A till that Prometheus scrapes."""
    folder.mkdir()
    fleet = Fleet(folder)
    (port,) = choose(1)
    with _gateway(fleet, folder) as gateway:
        enrolled(fleet, folder / "till", gateway.address)
        sells(folder / "till", ANNA, MIA, CARD_KEY)
        _sold_before(folder / "till")
        command = [sys.executable, "-m", "tillstream", "till", "--metrics-port", str(port)]
        environment = {**os.environ, "TILLSTREAM_HOME": str(folder)}
        process = subprocess.Popen(command, cwd=HOME, env=environment)
        till = _Selling(folder / "till" / "till.sock", f"127.0.0.1:{port}", gateway)
        try:
            with desk.prometheus.scraping("tillstream-till", till.metrics):
                desk.prometheus.until(till.socket.exists, "the till did not start")
                yield till
        finally:
            process.terminate()
            process.wait()


def refused(desk: Desk, folder: Path) -> Fault:
    with _till(desk, folder) as till:
        named = {"instance": till.metrics}
        _tries_cards(desk, till)
        alerts = (
            *("TillSellsNoMore", "TillKeepsItsSales", "TillClockIsOff"),
            *("TillEmployeesListIsOld", "TillLocksCards", "TillRefusesApprovals"),
        )
        yield [(alert, named) for alert in alerts]
        told = till.state()
        assert "This till was revoked." in told and '"suspect"' in told
        signed_in = till.post("/employees/sign-in", card="card-mia", pin=PINS["mia"])
        assert '"signed_in"' in signed_in, signed_in
        assert "unlocked" in till.post("/employees/unlocks", employee_id="anna")
        _takes(till.gateway)


def _tries_cards(desk: Desk, till: _Selling) -> None:
    """Somebody guesses PINs of one card, and lets others approve. A rise is one from what was seen
    before."""
    desk.prometheus.until(
        lambda: bool(desk.prometheus.query(f'{APPROVALS}{{instance="{till.metrics}"}}')),
        "Prometheus does not see the till",
    )
    for _ in range(WRONG_MAX):
        till.post("/employees/sign-in", card="card-anna", pin="0000")
    for _ in range(APPROVALS_TRIED):  # by themselves: to check a PIN takes time, and all count
        till.post("/employees/approvals", card="nobodys", pin="0000")


@contextmanager
def busy(desk: Desk, folder: Path) -> Iterator[None]:
    """A till's page asks it all the time, and it sends what it has."""
    opening = ("--request", "PUT", "--header", "Idempotency-Key: day")
    today = json.dumps({"business_date": datetime.now(UTC).date().isoformat()})
    day = ("--data", today, "http://till/till/v1/day")
    with _till(desk, folder) as till:
        _takes(till.gateway)
        with beating(lambda: till.curl(*opening, *day)):
            yield
