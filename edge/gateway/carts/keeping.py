"""Carts that wait, in the gateway's file: written in the transaction of the batch that tells of
them, so that what was acknowledged is known after a kill."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from edge.gateway.carts.steps import CartStep

CARTS_MAX = 2_000
"""That are remembered, of all tills: a store with fifty suspends some hundreds a day. With 64 KiB
each at most they take 128 MB; the oldest leave first, and go on at their own till alone."""

KEPT_SECONDS = 30 * 86_400
"""As long as a till keeps what the centre has: one that was dark for longer is not told any more
which of its carts went on elsewhere."""

LISTED_MAX = 200
"""Of a list: as many as one till may have."""

_SQL = Path(__file__).parent / "sql"


class WaitingCart(NamedTuple):
    """A cart as it is listed."""

    till_id: str
    cart_id: str
    suspended_at: str
    lines: int
    total_minor: int
    training: bool


class HoldVerdict(NamedTuple):
    """What became of a till's wish to go on with a cart: who has it, and what is in it. ``held_by``
    is None where there is no such cart."""

    held_by: str | None
    body: bytes | None = None


class GoneTwice(NamedTuple):
    """A cart with which two tills went on, as one of them could not ask. Both sales count, and
    somebody should look at the goods."""

    cart_id: str
    first: str
    second: str


def keep_steps(
    database: Any, till_id: str, steps: Sequence[CartStep], now: float
) -> list[GoneTwice]:
    """Write what a till's events say, within the transaction of whoever calls; what has gone on at
    another till before."""
    twice: list[GoneTwice] = []
    for step in steps:
        match step.kind:
            case "waits":
                _wait(database, till_id, step, now)
            case "goes_on":
                twice += _go_on(database, till_id, step, now)
            case "ends":
                database.execute(_statement("ended"), (till_id, step.cart_id))
    if steps:
        database.execute(_statement("forget"), (now - KEPT_SECONDS, CARTS_MAX))
    return twice


def _wait(database: Any, till_id: str, step: CartStep, now: float) -> None:
    if step.body is None:
        database.execute(_statement("ended"), (till_id, step.cart_id))
        return
    said = (step.suspended_at, now, step.lines, step.total_minor, step.training, step.body)
    database.execute(_statement("wait"), (till_id, step.cart_id, *said))


def _go_on(database: Any, till_id: str, step: CartStep, now: float) -> list[GoneTwice]:
    held_by = _held_by(database, step.from_till_id, step.cart_id)
    if step.from_till_id != till_id:
        database.execute(_statement("gone"), (step.from_till_id, step.cart_id, now, till_id))
    database.execute(_statement("ended"), (till_id, step.cart_id))
    return [] if held_by in (None, till_id) else [GoneTwice(step.cart_id, held_by, till_id)]


def _held_by(database: Any, till_id: str, cart_id: str) -> str | None:
    query = "SELECT held_by FROM carts WHERE till_id = ? AND cart_id = ?"
    return database.execute(query, (till_id, cart_id)).get


def hold(database: Any, by_till_id: str, till_id: str, cart_id: str, now: float) -> HoldVerdict:
    """Give a cart to the till that asks, unless another one has it, within the transaction of
    whoever calls."""
    query = "SELECT body, held_by FROM carts WHERE till_id = ? AND cart_id = ?"
    body, held_by = database.execute(query, (till_id, cart_id)).fetchone() or (None, None)
    if held_by not in (None, by_till_id):
        return HoldVerdict(held_by)
    # Its own till may go on before its word that the cart waits has come.
    if body is None and by_till_id != till_id:
        return HoldVerdict(None)
    database.execute(_statement("hold"), (till_id, cart_id, now, by_till_id))
    if by_till_id != till_id:  # it may have gone from there, and comes back
        back = "DELETE FROM carts WHERE till_id = ? AND cart_id = ?"
        database.execute(back, (by_till_id, cart_id))
    return HoldVerdict(by_till_id, body)


def let_go(database: Any, by_till_id: str, till_id: str, cart_id: str) -> None:
    """The cart waits again, where that till has it."""
    database.execute(_statement("let_go"), (till_id, cart_id, by_till_id))
    unheard = "DELETE FROM carts WHERE till_id = ? AND cart_id = ? AND held_by = ? AND body IS NULL"
    if by_till_id == till_id:
        database.execute(unheard, (till_id, cart_id, by_till_id))


def waiting(database: Any, till_id: str) -> list[WaitingCart]:
    """Those with which that till may go on."""
    rows = database.execute(_statement("waiting"), (till_id, LISTED_MAX))
    return [WaitingCart(*said, training=bool(training)) for *said, training in rows]


def gone_from(database: Any, till_id: str) -> list[tuple[str, str]]:
    """Carts that waited at that till, with the till that went on with each."""
    return database.execute(_statement("gone_from"), (till_id, LISTED_MAX)).fetchall()


@cache
def _statement(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text()
