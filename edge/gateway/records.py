"""What the gateway's file says of a till's numbers, and what becomes of it with a batch."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from edge.gateway.carts.keeping import GoneTwice, keep_steps
from edge.gateway.carts.steps import CartStep
from edge.gateway.standing import FORKS_MAX, HASHES_KEPT, NOTHING_HELD, Held, Standing
from edge.gateway.statements import statement
from edge.journal.heads import Sums

_HASH_BYTES = 32
_UNTOLD = bytes(_HASH_BYTES)


class Known(NamedTuple):
    """What is known as a batch arrives. ``standing`` is None for an epoch never heard of, of which
    the till has ``epochs``; ``is_spooled`` says that something of the till waits for the topic."""

    standing: Standing | None
    held: Held
    is_spooled: bool
    epochs: int


class TillChange(NamedTuple):
    """What a batch changes: all of it is on the disk, or nothing."""

    till_id: str
    epoch: int
    standing: Standing
    first: int
    hashes: Sequence[str | None]
    """Of what was taken now, from ``first`` on."""
    quarantined: Sequence[tuple[int, str]]
    healed: Sequence[int]
    forked: Sequence[tuple[int, str]]
    carts: Sequence[CartStep] = ()
    at: float = 0.0
    """When the gateway took it, in seconds since 1970."""


def look(database: Any, till_id: str, epoch: int, first: int, last: int) -> Known:
    """What is known of the numbers ``first`` to ``last``."""
    row = database.execute(statement("standing_of"), (till_id, epoch)).fetchone()
    waits = "SELECT EXISTS (SELECT 1 FROM spool WHERE till_id = ?)"
    is_spooled = bool(database.execute(waits, (till_id,)).get)
    if row is None:
        count = "SELECT count(*) FROM standings WHERE till_id = ?"
        return Known(None, NOTHING_HELD, is_spooled, database.execute(count, (till_id,)).get)
    accepted_to, last_hash, *sums = row
    standing = Standing(
        accepted_to, last_hash and last_hash.hex(), None if None in sums else Sums(*sums)
    )
    held = NOTHING_HELD
    if first <= accepted_to:
        held = _held(database, (till_id, epoch, first, min(last, accepted_to)))
    return Known(standing, held, is_spooled, 0)


def _held(database: Any, numbers: tuple[str, int, int, int]) -> Held:
    till_id, *_, first, last = numbers
    hashes: dict[int, str] = {}
    for begins, row in database.execute(statement("hashes_within"), numbers):
        hashes |= {
            sequence: digest.hex()
            for sequence, digest in enumerate(_each(row), begins)
            if first <= sequence <= last and digest != _UNTOLD
        }
    forks = database.execute(statement("forks_within"), numbers).fetchall()
    told: int = database.execute("SELECT count(*) FROM forks WHERE till_id = ?", (till_id,)).get
    return Held(
        hashes,
        dict(database.execute(statement("quarantined_within"), numbers).fetchall()),
        {(sequence, digest.hex()) for sequence, digest in forks},
        max(0, FORKS_MAX - told),
    )


def _each(hashes: bytes) -> Iterator[bytes]:
    for at in range(0, len(hashes), _HASH_BYTES):
        yield hashes[at : at + _HASH_BYTES]


def _digest(told: str | None) -> bytes:
    return bytes.fromhex(told) if told else _UNTOLD


def keep(database: Any, change: TillChange) -> list[GoneTwice]:
    """Write a change, within the transaction of whoever calls; carts that went on elsewhere."""
    epoch_of = change.till_id, change.epoch
    accepted_to, last_hash, sums = change.standing
    digest = bytes.fromhex(last_hash) if last_hash else None
    database.execute(
        statement("keep_standing"), (*epoch_of, accepted_to, digest, *(sums or (None, None)))
    )
    if change.hashes:
        hashes = b"".join(map(_digest, change.hashes))
        database.execute("INSERT INTO taken VALUES (?, ?, ?, ?)", (*epoch_of, change.first, hashes))
        _forget(database, epoch_of, accepted_to - HASHES_KEPT)
    rows = {
        "INSERT INTO quarantined VALUES (?, ?, ?, ?)": change.quarantined,
        "DELETE FROM quarantined WHERE till_id = ? AND epoch = ? AND sequence = ?": [
            (sequence,) for sequence in change.healed
        ],
        "INSERT OR IGNORE INTO forks VALUES (?, ?, ?, ?)": [
            (sequence, bytes.fromhex(told)) for sequence, told in change.forked
        ],
    }
    for words, values in rows.items():
        if values:
            database.executemany(words, [(*epoch_of, *each) for each in values])
    return keep_steps(database, change.till_id, change.carts, change.at)


def _forget(database: Any, epoch_of: tuple[str, int], below: int) -> None:
    if below > 0:
        database.execute(statement("forget_hashes"), (*epoch_of, below))
        database.execute(statement("forget_quarantined"), (*epoch_of, below))
