"""A store with a stack of its own beside the centre's, as people and programs meet both."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import psycopg

from local.home import StackHome
from tests.acceptance.outside_till import OutsideTill
from tests.acceptance.stacks import Stack

PATIENCE_SECONDS = 90.0

FIGURES = ("receipts", "units", "gross_minor", "net_sales_minor", "discrepancies")

KNOWN = (
    "INSERT INTO locations VALUES (%s, 'A shop', 'shop', 'Europe/Berlin', NULL)"
    " ON CONFLICT DO NOTHING"
)

SOLD = (
    "SELECT count(*), coalesce(sum(total_minor), 0), count(DISTINCT event_id) FROM sales"
    " WHERE location_id = %s"
)


def eventually(holds: Callable[[], object], lost: str) -> None:
    """Wait until it does."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, lost
        time.sleep(0.1)


@dataclass(frozen=True)
class StoreSide:
    """One store of a stack, by what `local status --json` says of it."""

    stack: Stack
    location_id: str

    @property
    def told(self) -> dict[str, Any]:
        """What status says of it now."""
        stores = self.stack.status()["stores"]
        return next(each for each in stores if each["location_id"] == self.location_id)

    def link(self, change: str) -> None:
        """`tillstream local link`."""
        done = self.stack.python("tillstream", "local", "link", self.location_id, change)
        assert done.returncode == 0, done.stdout + done.stderr

    def run(self, *arguments: str) -> str:
        """A command that is given in the store; what it says."""
        there = Stack(StackHome(self.stack.home).store(self.location_id).folder)
        done = there.python("tillstream", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def letters(self) -> set[str]:
        """Sources of the dead letters of till events in the store."""
        listed = json.loads(self.run("dead-letters", "list", "till.cart-events", "--json"))
        return {each["source"] for each in listed}

    def process(self, name: str) -> dict[str, Any]:
        """One of the store's own, as the supervisor has noted it."""
        noted = json.loads((self.stack.home / "stack.json").read_text())["processes"]
        return next(each for each in noted if each["name"] == f"{name}@{self.location_id}")

    def kill(self, name: str) -> None:
        """End one of its processes by force, and wait until it runs again."""
        before = self.process(name)
        os.kill(before["pid"], signal.SIGKILL)

        def is_back() -> bool:
            now = self.process(name)
            return now["state"] == "running" and now["pid"] != before["pid"]

        eventually(is_back, f"{name} of {self.location_id} does not come back")

    def till(self, folder: Path) -> OutsideTill:
        """Another till of the store, enrolled through its gateway."""
        folder.mkdir(parents=True)
        name = f"outside-{uuid.uuid4().hex[:6]}"
        done = self.stack.python("tillstream", "devices", "add", self.location_id, name, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        till = OutsideTill(json.loads(done.stdout), self.stack.status()["ca_file"], folder)
        assert till.enrol().status == HTTPStatus.OK
        return till


@dataclass(frozen=True)
class Books:
    """One side's figures of a location: of the centre, or of the store itself."""

    board: str
    postgres: str
    location_id: str

    def on_the_board(self) -> dict[str, int]:
        """Of the location over all days, as the board's API has them."""
        asked = urlencode({"location_id": self.location_id, "rows": "locations"})
        with urlopen(f"{self.board}/api/v1/totals?{asked}") as answer:
            days = json.load(answer)["items"]
        return {name: sum(day[name] for day in days) for name in FIGURES}

    def sold(self) -> tuple[int, int, int]:
        """Sales in the database, what they brought, and how many different ones they are."""
        with psycopg.connect(self.postgres) as connection:
            row = connection.execute(SOLD, (self.location_id,)).fetchone()
        assert row
        return row[0], int(row[1]), row[2]

    def has(self, receipts: int, net_minor: int) -> bool:
        """Whether board and database have exactly that much; a board without its database says
        that it has no answer."""
        try:
            found = self.on_the_board()
        except HTTPError as answer:
            assert answer.code == HTTPStatus.SERVICE_UNAVAILABLE
            return False
        return (found["receipts"], found["net_sales_minor"]) == (receipts, net_minor) and (
            self.sold() == (receipts, net_minor, receipts)
        )

    def know(self) -> None:
        """Write the location down where nobody has replicated it."""
        with psycopg.connect(self.postgres, autocommit=True) as connection:
            connection.execute(KNOWN, (self.location_id,))


def books(side: StoreSide) -> tuple[Books, Books]:
    """Of the store, and of the centre about it."""
    status, told = side.stack.status(), side.told
    return (
        Books(told["dashboard"], told["postgres"], side.location_id),
        Books(status["dashboard"], status["postgres"], side.location_id),
    )


@dataclass
class Seller:
    """Sells at a till for as long as it may, and sends again what was not answered, as tills do."""

    till: OutsideTill
    receipts: int = 0
    net_minor: int = 0
    refusals: list[str] = field(default_factory=list[str])

    def sell(self, price_minor: int = 199) -> None:
        """One sale, until the gateway has it."""
        batch = self.till.batch(self.till.written(self.till.sale("tea", price_minor)))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_taken(batch):
            assert time.monotonic() < deadline, f"the gateway takes nothing: {self.refusals[-3:]}"
            time.sleep(0.05)
        self.receipts += 1
        self.net_minor += price_minor

    def _is_taken(self, batch: dict[str, Any]) -> bool:
        try:
            answer = self.till.send(batch)
        except (OSError, HTTPException) as fault:
            self.refusals.append(repr(fault))
            return False
        if answer.status == HTTPStatus.OK:
            assert answer.told["accepted_to"] == self.till.sequence, answer.told
            return True
        self.refusals.append(str(answer.told))
        return False

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Sell without a pause for the length of a block."""
        stop, faults = threading.Event(), list[BaseException]()

        def go_on() -> None:
            try:
                while not stop.wait(0.02):
                    self.sell()
            except BaseException as fault:  # told by the thread that waits
                faults.append(fault)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        assert not faults, faults
