"""How soon a till's event is durable, and how fast a day is proven:
``python -m benchmarks.till_journal``.

One journal on the disk of the folder that is named, and a till's day: carts that open, gain lines
and are paid, one call an event, at a steady rate. Told beside it is what the disk itself takes to
sync the same bytes, because most of it is that.
"""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from cryptography.hazmat.primitives.asymmetric import ec

from edge.journal.entries import TillPlace
from edge.journal.journal import Journal
from edge.journal.verifying import prove

TILL = TillPlace("shop-0001", "1")

PROMISED_MS = 10
"""At the 99th percentile: above it, a cashier who scans fast waits for the screen."""

_LINES = 8
_STATE_BYTES = 1_500

_ENVELOPE = {"occurred_at": "2026-11-21T09:30:00.123Z", "business_date": "2026-11-21"}


def main(
    folder: Annotated[Path, typer.Argument(help="Where the journal is made, and removed.")],
    events: Annotated[int, typer.Option(min=100)] = 2_000,
    per_second: Annotated[float, typer.Option(min=0.1)] = 20.0,
) -> None:
    """Measure, and print one JSON object. Exit status 1 above the promise."""
    folder.mkdir(parents=True)
    try:
        disk = _timed(_bare_sync(folder), events // 4, per_second)
        path = folder / "journal.sqlite"
        journal = Journal(path, TILL, ec.generate_private_key(ec.SECP256R1()))
        journal.begin_epoch(1)
        day = _Day(journal)
        durable = _timed(day.next_event, events, per_second)
        journal.close()
        proven = _proving(path)
    finally:
        shutil.rmtree(folder)
    load = os.getloadavg()[0]
    print(json.dumps({"durable": durable, "disk": disk, **proven, "load_average": load}))  # noqa: T201
    raise typer.Exit(durable["p99_ms"] > PROMISED_MS)


class _Day:
    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._done = 0

    def next_event(self) -> None:
        cart, step = divmod(self._done, _LINES + 2)
        kind = "cart_opened" if not step else "cart_completed" if step > _LINES else "line_added"
        event = {"type": kind, "event_id": str(uuid4()), "cart_id": f"c-{cart}", **_ENVELOPE}
        paid = kind == "cart_completed"
        added = _sale() if paid else {"line": _line(step)} if step else {}
        self._journal.append([event | added], {"cart": None if paid else bytes(_STATE_BYTES)})
        self._done += 1


def _line(number: int) -> dict[str, Any]:
    return {
        "line_no": number,
        "sku": f"sku-{number:06}",
        "quantity": 2,
        "unit": "each",
        "unit_price_minor": 199,
        "amount_minor": 398,
    }


def _sale() -> dict[str, Any]:
    lines = [_line(number) for number in range(1, _LINES + 1)]
    total_minor = sum(line["amount_minor"] for line in lines)
    return {
        "currency": "EUR",
        "lines": lines,
        "discounts": [],
        "taxes": [{"rate_basis_points": 1900, "amount_minor": 508}],
        "tenders": [{"kind": "cash", "amount_minor": total_minor}],
        "total_minor": total_minor,
    }


def _bare_sync(folder: Path) -> Callable[[], None]:
    opened = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT, 0o600)

    def sync() -> None:
        os.write(opened, bytes(4096))
        os.fdatasync(opened)

    return sync


def _timed(work: Callable[[], None], count: int, per_second: float) -> dict[str, float]:
    """Milliseconds of each call; they begin at a steady rate, or late where one took too long."""
    taken: list[float] = []
    cpu = time.process_time()
    due = time.perf_counter()
    for _ in range(count):
        time.sleep(max(0.0, due - time.perf_counter()))
        due += 1 / per_second
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000)
    taken.sort()
    return {
        "p50_ms": round(taken[count // 2], 2),
        "p99_ms": round(taken[int(count * 0.99)], 2),
        "max_ms": round(taken[-1], 2),
        "cpu_ms": round((time.process_time() - cpu) * 1000 / count, 3),
    }


def _proving(path: Path) -> dict[str, Any]:
    cpu = time.process_time()
    proof = prove(path)
    seconds = time.process_time() - cpu
    return {"proven_per_cpu_second": round(proof.events / seconds), "found": proof.found}


if __name__ == "__main__":
    typer.run(main)
