"""What the gateway knows of one epoch of a till, and where it begins when it knows nothing."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from edge.gateway.batches import SentBatch
from edge.journal.chain import EPOCH_BEGINS
from edge.journal.heads import Sums
from topics.wire_derived import WireTillStatus

HASHES_KEPT = 100_000
"""Numbers of an epoch whose hashes are remembered, some 3 MB: seven weeks of a busy till. Another
event under an older number is taken for the same; with fewer, an image of a month ago that was
started again would be noticed by the till alone."""

EPOCHS_MAX = 1_000
"""Epochs of a till that are known: one a day for years. A device that no list names yet may make
them up, and each is a row for ever."""


class Standing(NamedTuple):
    """Up to where an epoch was taken. ``last_hash`` None takes whatever the next event says;
    ``sums`` None takes what the next head says."""

    accepted_to: int
    last_hash: str | None
    sums: Sums | None


class Held(NamedTuple):
    """What is held of the numbers of a batch."""

    hashes: Mapping[int, str]
    quarantined: Mapping[int, str]
    """The reason by number."""
    forks: AbstractSet[tuple[int, str]]
    """Those that were passed on already, by number and hash."""
    fork_room: int
    """How many more of this till's forks are passed on."""


FORKS_MAX = 1_000
"""Forks of a till that are passed on, and remembered so that none is twice. The first says all: two
devices use one identity. Without an end, one that makes them up would fill disk and topic."""

NOTHING_HELD = Held({}, {}, frozenset(), FORKS_MAX)


def begin(batch: SentBatch, centre: WireTillStatus | None) -> Standing:
    """Where an epoch stands of which this gateway knows nothing: by the centre's last word, or
    else by the till's own."""
    heard = _heard(batch.epoch, centre)
    if heard is not None and heard[0]:
        return Standing(*heard, None)
    if heard is not None or batch.first == 1:
        return Standing(0, EPOCH_BEGINS, Sums())
    return Standing(batch.first - 1, batch.prev.lower(), None)


def caught_up(held: Standing, batch: SentBatch, centre: WireTillStatus | None) -> Standing:
    """Where an epoch stands that is known here, as a batch comes behind a gap: by the centre's last
    word, where that covers the gap.

    This gateway was restored from a backup then. Its till may have let go of what is asked for, and
    would be refused for ever.
    """
    heard = _heard(batch.epoch, centre)
    if heard is not None and held.accepted_to + 1 < batch.first <= heard[0] + 1:
        return Standing(*heard, None)
    return held


def _heard(epoch: int, centre: WireTillStatus | None) -> tuple[int, str | None] | None:
    if centre is None:
        return None
    if centre.epoch == epoch:
        return centre.last_sequence, centre.last_hash and centre.last_hash.lower()
    older = {each.epoch: each.last_sequence for each in centre.older}
    return (older[epoch], None) if epoch in older else None
