"""A batch as a till sends it, read but not yet judged."""

from http import HTTPStatus
from typing import Any

import msgspec

from edge.journal.batches import BATCH_BYTES_MAX, BATCH_EVENTS_MAX
from edge.problems import Code, Refusal
from topics.scalars import NUMBER_MAX, Epoch, Hash, Ordinal


class SentBatch(msgspec.Struct, frozen=True):
    """Events ``first`` and following of an epoch, each as its bytes; the rest is the till's word.

    ``head`` and ``signature`` may be anything: whether they hold decides nothing about the events.
    """

    epoch: Epoch
    first: Ordinal
    prev: Hash
    events: list[msgspec.Raw]
    head: Any = None
    signature: Any = None

    @property
    def last(self) -> int:
        """The number of the last event."""
        return self.first + len(self.events) - 1


_decode = msgspec.json.Decoder(SentBatch).decode


def read_batch(body: bytes) -> SentBatch:
    """The batch in a request's body; raises `Refusal` where there is none that can be judged."""
    if len(body) > BATCH_BYTES_MAX:
        raise _too_large(f"A batch has {BATCH_BYTES_MAX // 1024} KiB at most.")
    try:
        batch = _decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _wrong(f"The batch cannot be read: {error}.") from error
    if not batch.events:
        raise _wrong("A batch has one event at least.")
    if len(batch.events) > BATCH_EVENTS_MAX:
        raise _too_large(f"A batch has {BATCH_EVENTS_MAX} events at most.")
    if batch.last > NUMBER_MAX:
        raise _wrong(f"No event has a number above {NUMBER_MAX}.")
    return batch


def _wrong(detail: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, detail)


def _too_large(detail: str) -> Refusal:
    return Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Code.TOO_LARGE, detail)
