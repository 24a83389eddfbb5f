"""How soon a sale at another store's till is on the centre's board, all the while."""

from __future__ import annotations

import json
import threading
import time
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.acceptance.outside_till import OutsideTill

PAUSE_SECONDS = 0.3
LOOK_SECONDS = 0.02
LATE_SECONDS_MAX = 60.0


class Latency(threading.Thread):
    """Sells one piece after another at a till and waits for each on the board; ``seconds`` has the
    time of each, from before it was sent."""

    def __init__(self, till: OutsideTill, board: str) -> None:
        super().__init__(daemon=True, name="latency")
        self._till = till
        asked = {"location_id": till.voucher["location_id"], "rows": "locations"}
        self._totals = f"{board}/api/v1/totals?{urlencode(asked)}"
        self._stop_asked = threading.Event()
        self.seconds: list[float] = []

    def stop(self) -> None:
        """After the sale at hand."""
        self._stop_asked.set()
        self.join()

    def run(self) -> None:
        """See the class."""
        there = self._receipts()
        while not self._stop_asked.wait(PAUSE_SECONDS):
            there += 1
            self._sell(there)

    def _sell(self, there: int) -> None:
        till, began = self._till, time.monotonic()
        answer = till.send(till.batch(till.written(till.sale("tea", 199))))
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"the other store's gateway refuses: {answer.told}")
        while self._receipts() < there:
            if time.monotonic() - began > LATE_SECONDS_MAX:
                raise RuntimeError("a sale of another store is not on the board after a minute")
            time.sleep(LOOK_SECONDS)
        self.seconds.append(time.monotonic() - began)

    def _receipts(self) -> int:
        with urlopen(self._totals) as answer:
            days: list[dict[str, Any]] = json.load(answer)["items"]
        return sum(day["receipts"] for day in days)


def percentile(seconds: list[float], share: float) -> float:
    """The value that ``share`` of them do not exceed."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
