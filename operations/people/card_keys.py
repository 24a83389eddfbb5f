"""Keys of card hashes: the fleet's own, and one for each store's list of employees and customers.

The fleet's never leaves the centre. A store's goes to its gateway and tills, so that one that is
stolen has that store's alone; it is renewed once a till is revoked.
"""

from typing import NamedTuple

from clients.statements import statement
from operations.people.keeping import Keeping
from sealing import boxes

FLEET = "fleet"


class CardKey(NamedTuple):
    """A key with its version, by which a list says under which one it was made."""

    version: int
    key: bytes


def scope_of(location_id: str) -> str:
    """Whose key a store's is."""
    return f"store/{location_id}"


def current(keeping: Keeping, scope: str) -> CardKey:
    """The newest key of a scope, made where it was only asked for or never was.

    Raises `OperationError` where it is wrapped under another key than ours, and `SealError`.
    """
    ask = {"scope": scope}
    run = keeping.connection.execute
    run(statement(__file__, "ask_first_card_key"), ask)
    version, wrapped, key_id = _newest(keeping, ask)
    if wrapped is None:
        fresh = keeping.keeper.wrap(boxes.new_key(), _place(scope, version))
        made = {"version": version, "wrapped": fresh, "key_id": keeping.keeper.key_id}
        # Where somebody else was quicker, theirs is the key.
        run(statement(__file__, "make_card_key"), ask | made)
        version, wrapped, key_id = _newest(keeping, ask)
    assert wrapped is not None  # noqa: S101 - a key that was made stays
    keeping.check_key(key_id)
    return CardKey(version, keeping.keeper.unwrap(wrapped, _place(scope, version)))


def renew(keeping: Keeping, location_id: str, reason: str) -> int:
    """Ask for another key of a store; its version. It is made when it is first needed.

    Others, who hold no wrapping key, call the function ``renew_card_key`` of the database.
    """
    question = statement(__file__, "renew_card_key")
    row = keeping.connection.execute(question, (location_id, reason)).fetchone()
    assert row is not None  # noqa: S101 - a function gives one row
    return row[0]


def _newest(keeping: Keeping, ask: dict[str, str]) -> tuple[int, bytes | None, str]:
    row = keeping.connection.execute(statement(__file__, "newest_card_key"), ask).fetchone()
    assert row is not None  # noqa: S101 - it was asked for
    return row


def _place(scope: str, version: int) -> boxes.Place:
    return ("card key", scope, str(version))
