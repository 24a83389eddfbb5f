"""What each store hears of its own tills: the centre's `till.status`, not too often. Pure."""

from collections.abc import Collection, Iterator
from hashlib import blake2b
from typing import NamedTuple

AGAIN_SECONDS = 5.0
"""Between two words on one till, which has something new with each batch that it sends. The first
after a quiet while goes at once: a till that waits to be told that all has come is told."""


class Word(NamedTuple):
    """The centre's newest word on a till; without a value the till is gone."""

    location_id: str
    till_id: str
    value: bytes | None


class Acks:
    """Which words were said, and which wait. Some 300 bytes a till."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], tuple[bytes, float]] = {}
        self._waiting: dict[tuple[str, str], bytes | None] = {}

    def hear(self, key: bytes, value: bytes | None) -> None:
        """Take a record of `till.status`; raises ValueError."""
        location_id, slash, till_id = key.decode().partition("/")
        if not slash:
            raise ValueError("a key that names no till")
        self._waiting[location_id, till_id] = value

    def recover(self, location_id: str, key: bytes, value: bytes | None) -> None:
        """Take back what was said, in order."""
        self._note(Word(location_id, key.decode(), value), float("-inf"))

    def due(self, stores: Collection[str], now: float) -> Iterator[Word]:
        """Words for these stores whose time has come, ``now`` in seconds of a clock that only
        goes on. Each counts as said."""
        for till, value in list(self._waiting.items()):
            if till[0] not in stores:
                continue
            mark, said_at = self._said.get(till, (b"", float("-inf")))
            if mark == _mark(value):
                del self._waiting[till]
            elif now >= said_at + AGAIN_SECONDS:
                del self._waiting[till]
                self._note(Word(*till, value), now)
                yield Word(*till, value)

    def _note(self, word: Word, now: float) -> None:
        self._said[word.location_id, word.till_id] = _mark(word.value), now


def _mark(value: bytes | None) -> bytes:
    """What tells two words apart; of a till that is gone as of one of which nothing was said."""
    return b"" if value is None else blake2b(value, digest_size=16).digest()
