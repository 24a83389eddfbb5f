"""What is read of customers, and the two things that are written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from clients.statements import statement
from dashboards.asking import Ask
from dashboards.board.feed.writing import Work

PAGE_ROWS = 50
"""Rows of the list: more are found by their id."""


class KnownCustomer(msgspec.Struct, frozen=True):
    """A customer without anything that is hidden; ``sealed_fields`` are names of fields."""

    customer_id: str
    consents: dict[str, Any]
    has_card: bool
    sealed_fields: list[str]


class ErasureProof(msgspec.Struct, frozen=True):
    """That somebody was erased; ``receipts`` carry the id still, which leads to nobody."""

    erased_at: datetime
    erased_by: str
    receipts: int


async def listed(ask: Ask, search: str) -> list[KnownCustomer]:
    """Customers whose id begins so."""
    question = statement(__file__, "listed")
    return await ask(question, KnownCustomer, search=search, most=PAGE_ROWS)


async def find(ask: Ask, customer_id: str) -> KnownCustomer | None:
    """The customer of that id, if there is one still."""
    question = statement(__file__, "one")
    return next(iter(await ask(question, KnownCustomer, customer_id=customer_id)), None)


async def erasure(ask: Ask, customer_id: str) -> ErasureProof | None:
    """The proof that the customer was erased."""
    question = statement(__file__, "erasure")
    return next(iter(await ask(question, ErasureProof, customer_id=customer_id)), None)


async def agree(
    work: Work, customer_id: str, before: Mapping[str, Any], consents: Mapping[str, bool]
) -> bool:
    """Note what the customer agrees to; False where it is no longer as it was ``before``."""
    changed = {"before": Jsonb(dict(before)), "consents": Jsonb(dict(consents))}
    order = statement(__file__, "agree")
    return await work.run(order, customer_id=customer_id, **changed) == 1


async def erase(work: Work, customer_id: str) -> bool:
    """Erase the customer for good; False where there is none, or none any more."""
    question = statement(__file__, "erase")
    (done,) = await work.query(question, dict[str, bool], customer_id=customer_id)
    return done["erased"]
