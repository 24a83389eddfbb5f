"""What waits for the topic: on the disk, in order, and no more than may."""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from edge.gateway.errors import SpoolFull
from edge.gateway.file import GatewayFile
from edge.gateway.statements import statement
from edge.journal.batches import BATCH_BYTES_MAX

SPOOL_BYTES_MAX = 1024 * 1024 * 1024
"""A million events: twenty tills for three weeks. Less ends a long outage of the store's Kafka with
tills that keep everything themselves; more could fill the disk under the Kafka that is away."""

PARCEL_BYTES_MAX = 2 * BATCH_BYTES_MAX
"""Of one batch as it is kept: what nobody can read goes on in base64, with its reason."""

LOT_BYTES_MAX = 2 * 1024 * 1024
LOT_ROWS_MAX = 500
"""Of what is passed on at once. One batch at a time would be bound by the topic's sync; all of it
would fill the memory."""


class TopicMessage(NamedTuple):
    """A message for the topic; its key is the location."""

    value: bytes
    headers: Sequence[tuple[str, bytes]] = ()


class Lot(NamedTuple):
    """The oldest of what waits, up to ``position``."""

    position: int
    messages: Sequence[TopicMessage]
    size: int
    batches: int


_decode = msgspec.msgpack.Decoder(list[TopicMessage]).decode


class Spool:
    """The spool in the gateway's file."""

    def __init__(self, file: GatewayFile, bytes_max: int = SPOOL_BYTES_MAX) -> None:
        self._file = file
        self._bytes_max = bytes_max
        total = "SELECT coalesce(sum(length(messages)), 0), count(*) FROM spool"
        self._size, self._batches = file.reading.execute(total).fetchone()
        self._since = time.monotonic() if self._batches else None

    @property
    def size(self) -> int:
        """Bytes that wait."""
        return self._size

    @property
    def size_max(self) -> int:
        """Bytes that may wait."""
        return self._bytes_max

    @property
    def batches(self) -> int:
        """Batches that wait."""
        return self._batches

    @property
    def oldest_seconds(self) -> float:
        """How long something has waited without a break, as far as this process knows."""
        since = self._since
        return 0 if since is None else time.monotonic() - since

    @property
    def is_full(self) -> bool:
        """Whether the largest batch would find no room."""
        return self._size + PARCEL_BYTES_MAX > self._bytes_max

    def packed(self, messages: Sequence[TopicMessage]) -> bytes:
        """The messages as they are kept; raises `SpoolFull`."""
        parcel = msgspec.msgpack.encode(list(messages))
        if self._size + len(parcel) > self._bytes_max:
            raise SpoolFull(
                f"the topic is away, and {self._size // 2**20} MiB wait for it: the tills keep "
                "what they have until it is back"
            )
        self._size += len(parcel)
        self._batches += 1
        self._since = self._since or time.monotonic()
        return parcel

    def give_back(self, size: int, batches: int = 1) -> None:
        """So much waits no longer, or never did."""
        self._size -= size
        self._batches -= batches
        if not self._batches:
            self._since = None

    def oldest(self) -> Lot | None:
        """What is to be passed on next, None where nothing waits."""
        size = batches = 0
        messages: list[TopicMessage] = []
        position = 0
        for row, parcel in self._file.reading.execute(statement("oldest_spooled"), (LOT_ROWS_MAX,)):
            if messages and size + len(parcel) > LOT_BYTES_MAX:
                break
            position, size, batches = row, size + len(parcel), batches + 1
            messages += _decode(parcel)
        return Lot(position, messages, size, batches) if position else None

    async def remove(self, lot: Lot) -> None:
        """The topic has it."""
        await self._file.commit(
            lambda database: database.execute(
                "DELETE FROM spool WHERE position <= ?", (lot.position,)
            )
        )
        self.give_back(lot.size, lot.batches)


def put(database: Any, till_id: str, parcel: bytes) -> None:
    """Let the packed messages of a till wait, within the transaction of whoever calls."""
    database.execute("INSERT INTO spool (till_id, messages) VALUES (?, ?)", (till_id, parcel))
