"""Customers: known by a random id everywhere, and by name only to who holds the keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from psycopg import errors
from psycopg.types.json import Jsonb

from clients.statements import statement
from operations.errors import OperationError
from operations.people import card_keys
from operations.people.keeping import Connection, Keeping
from sealing import boxes
from sealing.cards import card_hash, card_id
from sealing.fields import seal, unseal

FIELDS = ("name", "contact", "card")
"""What is sealed of a customer."""


@dataclass(frozen=True, slots=True)
class ShownCustomer:
    """A customer with what was sealed."""

    customer_id: str
    fields: Mapping[str, str] = field(repr=False)
    consents: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Erasure:
    """That somebody was erased. ``receipts`` carry the id still, which leads to nobody."""

    customer_id: str
    erased_at: datetime
    erased_by: str
    again: bool
    receipts: int


def add(keeping: Keeping, fields: Mapping[str, str], consents: Mapping[str, bool]) -> str:
    """Add a customer under a random id, and give the id.

    Raises `OperationError` where the card is somebody else's, and `SealError` where it is none.
    """
    known = {name: fields[name].strip() for name in FIELDS if fields.get(name, "").strip()}
    hashed = None
    if "card" in known:
        known["card"] = card_id(known["card"])
        fleet = card_keys.current(keeping, card_keys.FLEET)
        hashed = card_hash(fleet.key, "customer", known["card"])
    customer_id = _new_id(keeping.connection)
    key = boxes.new_key()
    row = {
        "customer_id": customer_id,
        "card_hash": hashed,
        "sealed": Jsonb(seal(key, customer_id, known)),
        "consents": Jsonb(dict(consents)),
        "wrapped": keeping.keeper.wrap(key, _place(customer_id)),
        "key_id": keeping.keeper.key_id,
    }
    try:
        keeping.connection.execute(statement(__file__, "add_customer"), row)
    except errors.UniqueViolation as error:
        raise OperationError("the card is another customer's") from error
    except errors.CheckViolation as error:
        raise OperationError(f"{error.diag.message_primary}") from error
    return customer_id


def show(keeping: Keeping, customer_id: str) -> ShownCustomer:
    """A customer, readable; the audit log says who looked.

    Raises `OperationError` where there is nobody, or nobody any more, and `SealError` where
    something does not open.
    """
    connection = keeping.connection
    row = connection.execute(statement(__file__, "read_customer"), (customer_id,)).fetchone()
    if row is None:
        raise OperationError(_missing(connection, customer_id))
    sealed, consents, wrapped, key_id = row
    if wrapped is None:
        raise OperationError(f"customer {customer_id} has no key: somebody else wrote the row")
    keeping.check_key(key_id)
    key = keeping.keeper.unwrap(wrapped, _place(customer_id))
    fields = unseal(key, customer_id, sealed)
    connection.execute(statement(__file__, "note_showing"), (f"customers/{customer_id}",))
    return ShownCustomer(customer_id, fields, consents)


def erase(connection: Connection, customer_id: str) -> Erasure:
    """Delete a customer's key and row, and keep a proof. What was erased before stays so.

    It needs no wrapping key. Raises `OperationError` where there never was such a customer.
    """
    asked = {"customer_id": customer_id}
    done = connection.execute(statement(__file__, "erase_customer"), asked).fetchone()
    proof = connection.execute(statement(__file__, "read_erasure"), asked).fetchone()
    if proof is None:
        raise OperationError(f"there is no customer {customer_id}")
    erased_at, erased_by, receipts = proof
    return Erasure(customer_id, erased_at, erased_by, done == (False,), receipts)


def _missing(connection: Connection, customer_id: str) -> str:
    asked = {"customer_id": customer_id}
    proof = connection.execute(statement(__file__, "read_erasure"), asked).fetchone()
    if proof is None:
        return f"there is no customer {customer_id}"
    return f"customer {customer_id} was erased at {proof[0].isoformat()}"


def _new_id(connection: Connection) -> str:
    row = connection.execute(statement(__file__, "new_customer_id")).fetchone()
    assert row is not None  # noqa: S101 - a value is one row
    return row[0]


def _place(customer_id: str) -> tuple[str, ...]:
    return ("customer key", customer_id)
