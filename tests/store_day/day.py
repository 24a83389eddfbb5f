"""The day: the line is cut, the store sells, the line heals, and both sides are compared."""

from __future__ import annotations

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psycopg

from tests.acceptance.memory import pss_mib_of_store
from tests.acceptance.outside.stack import say, tillstream
from tests.acceptance.outside_till import OutsideTill
from tests.faults.feed import eventually
from tests.faults.stack import OwnStack
from tests.store_faults.verdict import FIGURES

from .latency import Latency, percentile
from .sales import BATCH_EVENTS, DayTill

TRADING_SECONDS = 12 * 60 * 60
"""Of the day that the events are of: by it they are so many a second."""

CAUGHT_UP_SECONDS_MAX = 600.0

SOLD = "SELECT event_id, total_minor FROM sales WHERE location_id = %s"


class StoreDay:
    """One run."""

    def __init__(self, home: Path, events: int, tills: int) -> None:
        self._home = home
        self._events = events
        self._tills = tills
        self._status: dict[str, Any] = {}

    def run(self) -> dict[str, Any]:
        """The whole of it, as its last line; the stack is down when it returns."""
        stack = OwnStack(self._home, "--stores", "2")
        try:
            say("starting a centre and two stores")
            stack.up()
            self._status = json.loads(tillstream("local", "status", "--json").stdout)
            return self._day(stack)
        finally:
            stack.down()

    def _day(self, stack: OwnStack) -> dict[str, Any]:
        cut, other = [
            each for each in self._status["stores"] if each["kafka"] != self._status["kafka"]
        ][:2]
        tills = [DayTill(self._enrolled(cut, f"day-{n}"), f"{n}") for n in range(self._tills)]
        latency = Latency(self._enrolled(other, "beside"), self._status["dashboard"])
        self._link(cut, "cut")
        selling = self._sell(tills, cut)
        memory = pss_mib_of_store(stack.home, cut["location_id"])
        latency.start()
        report = self._heal(tills, cut)
        latency.stop()
        return {
            "events": self._events,
            "live_per_second": round(self._events / TRADING_SECONDS, 2),
            "taken_per_second": round(self._events / selling),
            **report,
            "store_memory_mib": round(sum(memory.values())),
            "others_p99_seconds": round(percentile(latency.seconds, 0.99), 3),
            "others_sales": len(latency.seconds),
        }

    def _enrolled(self, store: dict[str, Any], till_id: str) -> OutsideTill:
        printed = tillstream("devices", "add", store["location_id"], till_id, "--json")
        folder = self._home / "outside" / store["location_id"] / till_id
        folder.mkdir(parents=True)
        till = OutsideTill(json.loads(printed.stdout), self._status["ca_file"], folder)
        answer = till.enrol()
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"{till_id} is not enrolled: {answer.told}")
        return till

    def _link(self, store: dict[str, Any], change: str) -> None:
        done = tillstream("local", "link", store["location_id"], change)
        if done.returncode:
            raise RuntimeError(f"the line does not obey: {done.stdout}{done.stderr}")

    def _sell(self, tills: list[DayTill], store: dict[str, Any]) -> float:
        """All of the day, as fast as the gateway takes it; the seconds until the store has it."""
        each, began = self._events // len(tills), time.monotonic()
        with ThreadPoolExecutor(len(tills)) as counters:
            for done in [counters.submit(_sell, till, each) for till in tills]:
                done.result()
        sent = time.monotonic() - began
        say(f"{self._events} events taken by the gateway in {sent:.0f} s")
        wanted = sum(len(till.sold) for till in tills)
        if not eventually(
            CAUGHT_UP_SECONDS_MAX, lambda: len(_sold(store["postgres"], store)) >= wanted
        ):
            raise RuntimeError("the store itself does not have what its tills sold")
        say(f"the store has them {time.monotonic() - began:.0f} s after it began")
        return sent

    def _heal(self, tills: list[DayTill], store: dict[str, Any]) -> dict[str, Any]:
        centre, own = self._status["postgres"], store["postgres"]
        wanted = sum(len(till.sold) for till in tills)
        self._link(store, "heal")
        began = time.monotonic()
        eventually(CAUGHT_UP_SECONDS_MAX, lambda: len(_sold(centre, store)) >= wanted)
        drained = time.monotonic() - began
        eventually(CAUGHT_UP_SECONDS_MAX, lambda: not _differences(own, centre, store))
        equal = time.monotonic() - began
        say(f"the centre has all sales after {drained:.1f} s and is equal after {equal:.1f} s")
        found, told = Counter(_sold(centre, store)), _told(tills)
        return {
            "drain_per_second": round(self._events / drained),
            "seconds_to_equal": round(equal, 1),
            "differences": len(_differences(own, centre, store)),
            "lost": sum(1 for sale in told if not found[sale]),
            "doubled": sum(count - 1 for count in found.values()),
        }


def _sell(till: DayTill, events: int) -> None:
    while events > 0:
        batch = till.sell(min(events, BATCH_EVENTS))
        answer = till.till.send(batch)
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"the gateway refuses: {answer.status} {answer.told}")
        events -= BATCH_EVENTS


def _sold(dsn: str, store: dict[str, Any]) -> list[tuple[str, int]]:
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(SOLD, (store["location_id"],)).fetchall()
    return [(str(event_id), total_minor) for event_id, total_minor in rows]


def _told(tills: list[DayTill]) -> list[tuple[str, int]]:
    return [sale for till in tills for sale in till.sold.items()]


def _differences(own: str, centre: str, store: dict[str, Any]) -> list[Any]:
    """What one side has and the other has not, of all that both must have alike."""
    found: list[Any] = []
    for query in FIGURES.values():
        here, there = (_rows(dsn, query, store["location_id"]) for dsn in (own, centre))
        found += [*(here - there).elements(), *(there - here).elements()]
    return found


def _rows(dsn: str, query: Any, location_id: str) -> Counter[tuple[Any, ...]]:
    with psycopg.connect(dsn) as connection:
        return Counter(connection.execute(query, (location_id,)).fetchall())
