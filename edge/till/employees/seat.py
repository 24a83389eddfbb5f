"""Who is signed in at a till, and who has agreed to something: in memory alone.

One person is, for pages hold nothing and all of them show one cart. After a restart the card is
shown again.
"""

import secrets
import time
from collections.abc import Callable
from typing import Literal, NamedTuple

from edge.bundle.rows import BundledEmployee

IDLE_SECONDS = 600.0
"""Without a request that changes something, the seat is empty again. Less signs a cashier out who
talks with a customer; more leaves a till open to who finds it."""

APPROVAL_SECONDS = 120.0
"""How long an approval waits for the request that it is for."""

APPROVALS_MAX = 8
"""That wait at once; of more the oldest ends."""

Mode = Literal["online", "offline"]


class KnownPerson(NamedTuple):
    """Somebody whose card and PIN were right. With another of either they are shown again, which
    ``pin_hash`` tells: it is made of both."""

    employee_id: str
    pin_hash: str
    mode: Mode = "offline"
    """``online`` where the gateway has agreed."""

    authorization: str = ""
    """By which the gateway knows them, for the minutes that it gives."""

    def is_that_of(self, row: BundledEmployee) -> bool:
        """Whether that row of the list still lets them in."""
        return row.employee_id == self.employee_id and row.pin_hash == self.pin_hash


class TillSeat:
    """The seat of one till, and its approvals. One thread's only."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._person: KnownPerson | None = None
        self._used = 0.0
        self._approvals: dict[str, tuple[KnownPerson, float]] = {}

    @property
    def person(self) -> KnownPerson | None:
        """Who is there."""
        if self._person is not None and self._monotonic() - self._used > IDLE_SECONDS:
            self.leave()
        return self._person

    def take(self, person: KnownPerson) -> None:
        """They are there now, and nobody else; what was agreed to for another counts no more."""
        if self._person is None or self._person.employee_id != person.employee_id:
            self._approvals = {}
        self._person = person
        self.use()

    def use(self) -> None:
        """They have done something."""
        self._used = self._monotonic()

    def leave(self) -> None:
        """Nobody is there; what was agreed to for them counts no more."""
        self._person = None
        self._approvals = {}

    def approve(self, person: KnownPerson) -> str:
        """The approval of somebody, for one request."""
        self._approvals = dict(list(self._good().items())[1 - APPROVALS_MAX :])
        named = secrets.token_urlsafe(18)
        self._approvals[named] = person, self._monotonic() + APPROVAL_SECONDS
        return named

    def approver(self, named: str) -> KnownPerson | None:
        """Whose approval it is; None where it was used, or waited too long."""
        found = self._good().get(named)
        return found and found[0]

    def spend(self, named: str) -> None:
        """What it was for is done."""
        self._approvals.pop(named, None)

    def _good(self) -> dict[str, tuple[KnownPerson, float]]:
        now = self._monotonic()
        return {named: each for named, each in self._approvals.items() if each[1] > now}
