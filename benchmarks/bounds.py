"""Four hours of one busy partition, folded and stored without Kafka: memory, and a fast opening.

5,800 receipts a second over eight partitions are 10.4 million in the four hours for which a closed
cart is remembered. `make bounds` feeds as many, one simulated second at a time, through decoder,
fold, outputs and RocksDB in one process, and then opens the partition again. It fails where the
process has more than `MEMORY_MIB_MAX`, or an opening takes longer than `OPEN_SECONDS_MAX`.
"""

import argparse
import gc
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agents.ports import Counts, Rules
from agents.retail import retail
from benchmarks.scratch import scratch
from benchmarks.usage import peak_mib
from clients.kafka import KafkaAccess
from engine.app import BatchApp
from engine.contract import Headers, Outbox, PartitionAgents
from engine.settings import EngineSettings
from engine.state import PartitionState
from engine.store import RocksStore
from engine.topics import Widths
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS

PARTITIONS, PARTITION = 8, 0
RECEIPTS_PER_SECOND = 725
RECEIPTS = RECEIPTS_PER_SECOND * 4 * 60 * 60
SHOPS, TILLS, SKUS = 156, 10, 400

MEMORY_MIB_MAX = 200
OPEN_SECONDS_MAX = 2.0

BEGINS = datetime(2026, 11, 21, 8, tzinfo=UTC)

SALE = (
    '{"type":"cart_completed","event_id":"01932f5e-7a1b-7c3d-8e4f-%012x","location_id":"%s",'
    '"till_id":"till-%d","epoch":1,"sequence":%d,"occurred_at":"%s","business_date":"2026-11-21",'
    '"cart_id":"01932f5e-0000-7c3d-8e4f-%012x","receipt_no":"r-%d","currency":"EUR","lines":[{'
    '"line_no":1,"sku":"sku-%d","quantity":1,"unit":"each","unit_price_minor":199,'
    '"amount_minor":199}],"discounts":[],"taxes":[],"tenders":[{"kind":"card","amount_minor":199}],'
    '"total_minor":199}'
)


@dataclass(frozen=True, slots=True)
class Sold:
    """A record as the engine hands it to the fold."""

    offset: int
    timestamp: int
    value: bytes
    key: bytes | None = None
    headers: Headers = ()


class Uncounted:
    """A tally that keeps nothing."""

    def add(self, partition: int, counts: Counts) -> None:
        """See `agents.ports.Tally`."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a run found."""

    receipts: int
    peak_mib: float
    open_seconds: float
    first_fold_seconds: float
    state_keys: dict[str, int]


def receipts(count: int) -> Iterator[list[Sold]]:
    """So many receipts, a second's at a time, each till in turn."""
    shops = [
        f"shop-{n}" for n in range(10_000) if partition_of(f"shop-{n}", PARTITIONS) == PARTITION
    ]
    places = [(shop, till) for till in range(TILLS) for shop in shops[:SHOPS]]
    for start in range(0, count, RECEIPTS_PER_SECOND):
        at = BEGINS + timedelta(seconds=start / RECEIPTS_PER_SECOND)
        stamp = int(at.timestamp() * 1000)
        numbers = range(start, min(count, start + RECEIPTS_PER_SECOND))
        yield [Sold(n, stamp, _sale(n, places, at.isoformat())) for n in numbers]


def _sale(number: int, places: Sequence[tuple[str, int]], at: str) -> bytes:
    turn, place = divmod(number, len(places))
    shop, till = places[place]
    given = (number, shop, till, turn + 1, at, number, number, number * 7 % SKUS)
    return (SALE % given).encode()


def measure(count: int, folder: Path) -> Measured:
    """Feed ``count`` receipts, then open the partition again."""
    _feed(RocksStore(folder / "state"), receipts(count))
    gc.collect()
    began = time.monotonic()
    store = RocksStore(folder / "state")
    agent, state = _opened(store)
    opened = time.monotonic()
    late = next(receipts(1))
    agent.fold(TILL_EVENTS.name, [Sold(count, late[0].timestamp, late[0].value)])
    folded = time.monotonic()
    keys = {name: sum(1 for _ in state.table(name).scan()) for name in ("carts", "closed", "tills")}
    state.close()
    peak = peak_mib(os.getpid())  # not getrusage's, which counts who started this process
    return Measured(count, peak, opened - began, folded - opened, keys)


def _opened(store: RocksStore) -> tuple[PartitionAgents, PartitionState]:
    app = BatchApp(EngineSettings(KafkaAccess("localhost:9092"), "bounds", None))
    retail(app, Rules(timedelta(hours=4), 0), Uncounted())
    spec = app.spec(Widths(PARTITIONS))
    state = PartitionState(store, spec.tables)
    return spec.build(state, PARTITION), state


def _feed(store: RocksStore, seconds: Iterator[list[Sold]]) -> None:
    agent, state = _opened(store)
    for number, records in enumerate(seconds):
        agent.fold(TILL_EVENTS.name, records)
        agent.announce(Outbox())
        state.take()
        state.settle()
        state.write(number)
        agent.committed()
    state.close()


def main() -> int:
    """Measure, print, and judge; status 1 where a bound is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=RECEIPTS, help="default: four hours")
    count = parser.parse_args().receipts
    with scratch("bounds") as folder:
        found = measure(count, folder)
    sys.stdout.write(
        f"{found.receipts:,} receipts: peak {found.peak_mib:.0f} MiB, open again in "
        f"{found.open_seconds:.2f} s, first event in {found.first_fold_seconds * 1000:.1f} ms, "
        f"keys in the state {found.state_keys}\n"
    )
    broken = found.peak_mib > MEMORY_MIB_MAX or found.open_seconds > OPEN_SECONDS_MAX
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
