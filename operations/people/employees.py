"""Employees: whom a card and a PIN let in at a till, and what they may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from psycopg import errors
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from clients.statements import statement
from operations.errors import OperationError
from operations.people import card_keys
from operations.people.keeping import Connection, Keeping
from sealing.cards import card_hash, card_id, pin_hash


@dataclass(frozen=True, slots=True)
class NewEmployee:
    """Somebody who is to be let in. ``limits`` are numbers by name, such as of discounts."""

    employee_id: str
    card: str = field(repr=False)
    pin: str = field(repr=False)
    role: str
    locations: Sequence[str]
    limits: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class KnownEmployee:
    """An employee as a list shows them."""

    employee_id: str
    role: str
    limits: Mapping[str, int]
    locations: Sequence[str]
    active: bool


def add(keeping: Keeping, new: NewEmployee) -> None:
    """Let somebody in.

    Raises `OperationError` where the id or the card is taken or a value cannot be, and `SealError`
    where card or PIN is none.
    """
    row = {
        "employee_id": new.employee_id,
        "card_hash": _hash(keeping, new.card),
        "pin_hash": pin_hash(new.card, new.pin),
        "role": new.role,
        "limits": Jsonb(dict(new.limits)),
        "locations": list(new.locations),
        "wrapped": keeping.keeper.wrap(card_id(new.card).encode(), _place(new.employee_id)),
        "key_id": keeping.keeper.key_id,
    }
    try:
        keeping.connection.execute(statement(__file__, "add_employee"), row)
    except errors.UniqueViolation as error:
        taken = "card" if "card_hash" in str(error) else f"id {new.employee_id}"
        raise OperationError(f"the {taken} is another employee's") from error
    except errors.CheckViolation as error:
        raise OperationError(f"{new.employee_id}: {error.diag.message_primary}") from error


def _hash(keeping: Keeping, card: str) -> str:
    return card_hash(card_keys.current(keeping, card_keys.FLEET).key, "employee", card)


def listed(connection: Connection) -> list[KnownEmployee]:
    """All employees, by id."""
    with connection.cursor(row_factory=class_row(KnownEmployee)) as cursor:
        return cursor.execute(statement(__file__, "list_employees")).fetchall()


def deactivate(connection: Connection, employee_id: str) -> None:
    """Let somebody in no more; raises `OperationError` where there is no such employee."""
    done = connection.execute(statement(__file__, "deactivate_employee"), (employee_id,))
    if not done.rowcount:
        raise OperationError(f"there is no employee {employee_id}")


class StoreCards(NamedTuple):
    """A store's list: under which key, by version, and the card hash of each of its employees."""

    version: int
    key: bytes
    hashes: Mapping[str, str]


def cards_of_store(keeping: Keeping, location_id: str) -> StoreCards:
    """The list of a store under its own key, which its tills need to know a card.

    Raises `OperationError` and `SealError`.
    """
    version, key = card_keys.current(keeping, card_keys.scope_of(location_id))
    question = statement(__file__, "cards_of_store")
    found: dict[str, str] = {}
    for employee_id, wrapped, key_id in keeping.connection.execute(question, (location_id,)):
        keeping.check_key(key_id)
        card = keeping.keeper.unwrap(wrapped, _place(employee_id)).decode()
        found[employee_id] = card_hash(key, "employee", card)
    return StoreCards(version, key, found)


def _place(employee_id: str) -> tuple[str, ...]:
    return ("employee card", employee_id)
