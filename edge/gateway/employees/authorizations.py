"""Who may ask for customers, receipts and returns: an employee, for a few minutes, at one till.

Authorizations live in memory: after a restart of the gateway somebody shows their card again.
"""

import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

from aiohttp import web

from edge.bundle.catalog import TillCatalog
from edge.bundle.rows import BundledEmployee
from edge.gateway.devices import AskingTill
from edge.problems import Code, Refusal

GOOD_SECONDS = 300
"""How long one is good. Less makes a cashier show the card during one return; more leaves what is
customers' open to who stands at a till that somebody has left."""

PER_TILL_MAX = 8
"""Of one till; of more the oldest ends. Some people share a till, and each shows the card again."""

PARAMETER = "authorization"
"""The query's parameter that names one: the signature covers it."""


class Authorization(NamedTuple):
    """That an employee has shown card and PIN at a till; ``ends`` by the gateway's own clock."""

    token: str
    employee: BundledEmployee
    ends: float


class Authorizations:
    """Those of one store. One loop's only."""

    def __init__(
        self, clock: Callable[[], float], catalog: Callable[[], TillCatalog | None]
    ) -> None:
        """``clock`` tells seconds that only go on; ``catalog`` has who is let in now."""
        self._clock = clock
        self._catalog = catalog
        self._by_till: dict[str, list[Authorization]] = {}

    def give(self, till_id: str, employee: BundledEmployee) -> Authorization:
        """One for this employee at this till."""
        given = Authorization(secrets.token_urlsafe(18), employee, self._clock() + GOOD_SECONDS)
        self._by_till[till_id] = [*self._good(till_id), given][-PER_TILL_MAX:]
        return given

    def _good(self, till_id: str) -> list[Authorization]:
        now = self._clock()
        return [each for each in self._by_till.get(till_id, ()) if each.ends > now]

    def required(self, request: web.Request, till: AskingTill) -> BundledEmployee:
        """The employee whose authorization the request names; raises `Refusal` (403)."""
        named = request.query.get(PARAMETER, "").encode()
        for each in self._good(till.name.till_id):
            if secrets.compare_digest(each.token.encode(), named):
                return self._still_let_in(each.employee)
        words = f"Name an employee's {PARAMETER}, a few minutes old at most."
        raise Refusal(HTTPStatus.FORBIDDEN, Code.REQUEST, words)

    def _still_let_in(self, employee: BundledEmployee) -> BundledEmployee:
        catalog = self._catalog()
        now = catalog and catalog.employee(employee.card_hash)
        if now is None or now.employee_id != employee.employee_id:
            words = "This employee is let in here no more."
            raise Refusal(HTTPStatus.FORBIDDEN, Code.REQUEST, words)
        return now
