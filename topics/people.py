"""Employees and customers: rows of the database, published by Debezium. The key is the person's id.

Nothing here names anybody: cards are hashes under the fleet's key, PINs are hashed slowly together
with their card, and ``sealed`` opens with the customer's own key alone (docs/at-rest.md). A deleted
row is a tombstone.
"""

from typing import Annotated

from pydantic import Field, Json

from topics.events import Contract
from topics.scalars import Amount, Hash, Identifier, Text

Limits = dict[Text, Amount]
Consents = dict[Text, bool]
SealedFields = dict[Text, Text]


class EmployeeDuties(Contract):
    """What of an employee is no secret.

    ``limits`` is the JSON of an object: a number for each name, such as how much of a discount
    they may give. Who is not ``active`` is let in no more.
    """

    employee_id: Identifier
    role: Annotated[str, Field(pattern=r"^[a-z][a-z_-]{0,31}$")]
    limits: Json[Limits]
    locations: list[Identifier]
    active: bool


class Employee(EmployeeDuties):
    """Somebody whom a card and a PIN let in at the tills of ``locations``."""

    card_hash: Hash
    pin_hash: Text


class Customer(Contract):
    """Somebody who buys, under an id that is random and says nothing.

    ``sealed`` is the JSON of an object: each field's box in base64. Once the customer's key is
    deleted, nobody opens them any more, wherever copies lie. ``consents`` is the JSON of an
    object: true or false by name.
    """

    customer_id: Identifier
    card_hash: Hash | None = None
    sealed: Json[SealedFields]
    consents: Json[Consents]
