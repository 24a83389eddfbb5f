"""The store's receipts on the gateway's disk, in a file of its own: as its tills send them, and
read from a topic, with the place up to where it was.

What is lost with the file is read from the topic again; reservations end by themselves.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import apsw

from edge.gateway.errors import GatewayUnusable
from edge.gateway.receipts.stored import StoredReceipt, decode_receipt

FORM = 1
"""The form of the file that this release writes."""

BUSY_MS = 5_000
"""Waited for who restores the log; nobody else writes."""

DAYS_KEPT = 100
"""Business dates of which receipts are kept, a kB each: three months for a return, some 200 MB in a
store with two thousand sales a day. For older ones the centre is asked."""

PASSING_MAX = 5_000
"""Receipts that wait to be written, a kB each: minutes of a busy store whose disk is full."""

ShelvedReceipt = tuple[StoredReceipt, bytes]
"""What is looked at of a receipt, and its own bytes."""

_SQL = Path(__file__).parent / "sql"


class TopicPlace(NamedTuple):
    """Up to where the topic was read."""

    partition: int
    next_offset: int


class ReceiptShelf:
    """The open file. One thread's only; its methods raise `GatewayUnusable`."""

    def __init__(self, path: Path) -> None:
        """Open the file or make it."""
        self._path = path
        self._passing: list[ShelvedReceipt] = []
        try:
            path.touch(mode=0o600, exist_ok=True)
            self._database: Any = apsw.Connection(str(path))
            self._database.set_busy_timeout(BUSY_MS)
            self._database.pragma("journal_mode", "wal")
            with self._database:
                self._bring_up()
        except (apsw.Error, OSError) as error:
            raise GatewayUnusable(f"no receipts in {path}: {error}") from error

    def _bring_up(self) -> None:
        if not self._database.table_exists(None, "form"):
            self._database.execute(_statement("form_1")).fetchall()
        form: int = self._database.execute("SELECT version FROM form").get
        if form > FORM:
            raise GatewayUnusable(f"{self._path} has form {form}, and this release knows {FORM}")

    @property
    def place(self) -> TopicPlace | None:
        """Up to where the topic was read, None before the first record."""
        query = "SELECT topic_partition, next_offset FROM position"
        return next((TopicPlace(*row) for row in self._database.execute(query)), None)

    def keep(self, receipts: Sequence[ShelvedReceipt], place: TopicPlace) -> None:
        """Keep what was read up to ``place``; what was kept before is not kept twice."""
        self._write(receipts, place)

    def pass_by(self, receipts: Iterable[ShelvedReceipt]) -> None:
        """The store's tills have sent them: they are known here before the centre tells of them,
        and while it is away. They are written together, by `settle`."""
        self._passing += receipts
        # Beyond that the disk takes nothing: they come again by the topic.
        del self._passing[:-PASSING_MAX]

    def settle(self) -> None:
        """Write those that have passed by."""
        if self._passing:
            self._write(self._passing, None)
            self._passing = []

    def _write(self, receipts: Sequence[ShelvedReceipt], place: TopicPlace | None) -> None:
        come = [(r.return_id,) for r, _ in receipts if r.return_id is not None]
        try:
            with self._database:
                self._database.executemany(_statement("keep_receipt"), map(_row, receipts))
                self._database.executemany("DELETE FROM reserved WHERE return_id = ?", come)
                if place is not None:
                    self._database.execute("REPLACE INTO position VALUES (1, ?, ?)", place)
        except apsw.Error as error:
            raise GatewayUnusable(f"{self._path} cannot be written: {error}") from error

    def forget_old(self) -> None:
        """Let receipts go that are older than the newest by more than `DAYS_KEPT` days."""
        newest: str | None = self._database.execute("SELECT max(business_date) FROM receipts").get
        if newest is None:
            return
        oldest = date.fromisoformat(newest) - timedelta(days=DAYS_KEPT)
        old = "DELETE FROM receipts WHERE business_date < ?"
        try:
            self._database.execute(old, (oldest.isoformat(),))
        except apsw.Error as error:
            raise GatewayUnusable(f"{self._path} cannot be written: {error}") from error

    def sales(self, receipt_no: str) -> list[bytes]:
        """The sales under this number: one, where our tills number them."""
        return self._bodies(receipt_no, "cart_completed")

    def returns(self, receipt_no: str) -> list[StoredReceipt]:
        """What has come back here of this store's receipt; another's may have the number, too."""
        return [each for each in self._come(receipt_no) if not each.is_of_another]

    def returns_of_others(self, receipt_no: str) -> list[StoredReceipt]:
        """What has come back here of other stores' receipts with this number."""
        return [each for each in self._come(receipt_no) if each.is_of_another]

    def _come(self, receipt_no: str) -> list[StoredReceipt]:
        return [decode_receipt(body) for body in self._bodies(receipt_no, "goods_returned")]

    def let_go(self, return_id: str) -> None:
        """End a reservation."""
        try:
            self._database.execute("DELETE FROM reserved WHERE return_id = ?", (return_id,))
        except apsw.Error as error:
            raise GatewayUnusable(f"{self._path} cannot be written: {error}") from error

    def _bodies(self, receipt_no: str, type_: str) -> list[bytes]:
        self.settle()
        query = "SELECT body FROM receipts WHERE receipt_no = ? AND type = ?"
        return [body for (body,) in self._database.execute(query, (receipt_no, type_))]

    def of_customer(self, customer_id: str, most: int) -> Sequence[bytes]:
        """A customer's newest sales here."""
        self.settle()
        rows = self._database.execute(_statement("of_customer"), (customer_id, most))
        return [body for (body,) in rows]

    def reserved(self, receipt_no: str, now: float) -> list[tuple[str, bytes, bytes]]:
        """Reservations that hold: id, what was asked, and what was told."""
        self.settle()  # a return that has come is no longer kept for
        query = "SELECT return_id, asked, told FROM reserved WHERE receipt_no = ? AND until > ?"
        return self._database.execute(query, (receipt_no, now)).fetchall()

    def reserve(
        self, return_id: str, receipt_no: str, asked: bytes, told: bytes, until: float, now: float
    ) -> None:
        """Keep a reservation, and forget those that have ended."""
        row = (return_id, receipt_no, asked, told, until)
        try:
            with self._database:
                self._database.execute("DELETE FROM reserved WHERE until <= ?", (now,))
                self._database.execute("REPLACE INTO reserved VALUES (?, ?, ?, ?, ?)", row)
        except apsw.Error as error:
            raise GatewayUnusable(f"{self._path} cannot be written: {error}") from error

    def close(self) -> None:
        """Close the file."""
        with suppress(GatewayUnusable):
            self.settle()
        self._database.close()


def _row(shelved: ShelvedReceipt) -> tuple[Any, ...]:
    r, body = shelved
    place = (r.till_id, r.epoch, r.sequence)
    return (*place, r.type, r.receipt_no, r.customer_id, r.business_date, body)


@cache
def _statement(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text()
