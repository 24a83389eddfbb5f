"""Other shops that sell meanwhile: how long until PostgreSQL shows each of their sales.

There is one watched shop for each partition. As a partition is read in order, whoever has the
watched sale has all that was sent to it before.
"""

from __future__ import annotations

import random
import threading
import time
from itertools import count

import psycopg

from .findings import Findings
from .partition import partition_of
from .plan import Plan
from .sender import Sender
from .teller import Teller, lines_of, sale

LATE_SECONDS = 20.0
"""A sale that takes longer is not on time. On a quiet machine it takes one; beside a full test run
on two cores some seconds; what one shop holds up for the others takes minutes."""

PATIENCE_SECONDS = 240.0
PAUSE_SECONDS = 0.2
QUERY = "SELECT location_id, -on_hand FROM stock_levels WHERE sku = %s"


class Watch:
    """Sells from a thread of its own, round after round."""

    def __init__(self, dsn: str, plan: Plan, sender: Sender) -> None:
        self._dsn = dsn
        self._sender = sender
        self._sku = f"{plan.prefix}watched"
        rng = random.Random(f"watch-{plan.seed}")
        shops = one_for_each(sender.partitions, f"{plan.prefix}watch-")
        self._tills = [Teller(plan, shop, "1", rng) for shop in shops]
        self._stopping = threading.Event()
        self._through = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._sold = 0
        self.rounds: list[float] = []
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Begin; returns once a first round is through, which waits for all that was sent before.

        It is not counted: how long a worker takes that was killed is no matter of these sales.
        """
        self._thread.start()
        self._through.wait()

    def pass_all(self) -> None:
        """Wait until all that was sent so far has come through."""
        reached = len(self.rounds) + 2  # the round that runs now may have begun before
        while len(self.rounds) < reached and self._thread.is_alive():
            time.sleep(0.05)

    def stop(self, findings: Findings) -> None:
        """End after the round that runs; tell what was not on time."""
        self._stopping.set()
        self._thread.join()
        if self.failure is not None:
            findings.add("watched sales", repr(self.failure))
        late = [round(one, 1) for one in self.rounds if one > LATE_SECONDS]
        if late:
            findings.add("watched sales late", f"{late} s of {len(self.rounds)} rounds")

    def _run(self) -> None:
        try:
            with psycopg.connect(self._dsn, autocommit=True) as connection:
                self._round(connection)
                self._through.set()
                while not self._stopping.wait(PAUSE_SECONDS):
                    self.rounds.append(self._round(connection))
        except BaseException as error:
            self.failure = error
        finally:
            self._through.set()

    def _round(self, connection: psycopg.Connection) -> float:
        began = time.monotonic()
        self._sold += 1
        for till in self._tills:
            till.say(1.0, **sale(lines_of(self._sku, 1, 1, 100), str(self._sold)))
        self._sender.send(till.said.pop() for till in self._tills)
        while not self._shown(connection):
            if time.monotonic() - began > PATIENCE_SECONDS:
                raise TimeoutError(f"a sale did not show within {PATIENCE_SECONDS:.0f} s")
            time.sleep(0.05)
        return time.monotonic() - began

    def _shown(self, connection: psycopg.Connection) -> bool:
        rows = connection.execute(QUERY, (self._sku,)).fetchall()
        return len(rows) == len(self._tills) and all(sold == self._sold for _, sold in rows)


def one_for_each(partitions: int, stem: str) -> list[str]:
    """Ids of locations, one in each partition."""
    found: dict[int, str] = {}
    for number in count():
        location = f"{stem}{number}"
        found.setdefault(partition_of(location, partitions), location)
        if len(found) == partitions:
            return sorted(found.values())
    raise AssertionError
