"""Somebody who books deliveries in the store's own database, whatever happens to it."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter

import psycopg

from tests.till_faults.customers import SKUS

BOOK = (
    "INSERT INTO stock_movements (movement_id, location_id, sku, quantity, reason)"
    " VALUES (%s, %s, %s, %s, 'delivery') ON CONFLICT DO NOTHING"
)

PAUSE_SECONDS = 0.5


class Bookings(threading.Thread):
    """Books until it is asked to stop. Where no answer came, the same is booked again under the
    same id, as people press a button twice."""

    def __init__(self, postgres: str, location_id: str, seed: str) -> None:
        super().__init__(daemon=True, name="bookings")
        self._postgres = postgres
        self._location_id = location_id
        self._rng = random.Random(seed)
        self._stop_asked = threading.Event()
        self.booked: Counter[str] = Counter()
        """Pieces by SKU, as far as the database has said that they are booked."""
        self.deliveries = 0

    def stop(self) -> None:
        """After the delivery at hand."""
        self._stop_asked.set()
        self.join()

    def run(self) -> None:
        """See the class."""
        while not self._stop_asked.wait(PAUSE_SECONDS):
            self._book(uuid.uuid4().hex, self._rng.choice(SKUS), self._rng.randint(1, 40))

    def _book(self, movement_id: str, sku: str, pieces: int) -> None:
        while True:
            try:
                with psycopg.connect(self._postgres, connect_timeout=5) as connection:
                    connection.execute(BOOK, (movement_id, self._location_id, sku, pieces))
                break
            except psycopg.OperationalError:
                time.sleep(PAUSE_SECONDS)
        self.booked[sku] += pieces
        self.deliveries += 1
