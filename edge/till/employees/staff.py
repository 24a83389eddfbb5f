"""A till's staff: who does what is asked, by whose leave, and what each event says of that.

A store keeps employees once its catalog has had the key of their cards; where it never had,
programs say who sells, as they please. Of a till that knew employees and has lost its list only
plain cash sales stay, for which nobody can be asked.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from edge.bundle.rows import BundledEmployee
from edge.till.deciding import Sight
from edge.till.employees.attempts import WrongAttempts
from edge.till.employees.leave import Leave, needs_nobody, require_leave
from edge.till.employees.limits import EmployeeLimits, limits_of
from edge.till.employees.news import StaffNews
from edge.till.employees.seat import KnownPerson, TillSeat
from edge.till.refusals import WhyNot, conflict, forbidden, unfit

STAFF = "staff"
"""The place of the list's age in the state; where it is there, the store keeps employees."""

_NOTHING = EmployeeLimits(0, 0, 0, 0)


class NumberedVersion(Protocol):
    """The name of a catalog's version."""

    @property
    def catalog_version(self) -> int:
        """As people know it."""
        ...


class StaffCatalog(Protocol):
    """What of a catalog is about employees: `edge.bundle.catalog.TillCatalog`."""

    card_key: bytes | None

    @property
    def name(self) -> NumberedVersion:
        """Which version it is."""
        ...

    def employee(self, card_hash: str) -> BundledEmployee | None:
        """Who has this card and is let in here."""
        ...

    def employee_of(self, employee_id: str) -> BundledEmployee | None:
        """Who has this id and is let in here."""
        ...


class GivenLeave(NamedTuple):
    """What is written into the events of a request; ``approval`` is spent with them."""

    marks: Mapping[str, Any]
    approval: str = ""


class StaffStanding(NamedTuple):
    """How old the list is (0 where the store keeps none), what is left without a newer one, and how
    many cards are locked here."""

    age_seconds: float
    is_plain_cash_only: bool
    cards_locked: int


class TillStaff:
    """The staff of one till; used by the journal's thread alone."""

    def __init__(
        self,
        state: Mapping[str, bytes],
        catalog: Callable[[], StaffCatalog | None],
        news: StaffNews,
        now_seconds: float,
    ) -> None:
        """``state`` is that of the journal, ``catalog`` tells the newest."""
        self._catalog = catalog
        self.news = news
        self._was_kept = STAFF in state
        if self._was_kept:
            news.recall(state[STAFF], now_seconds)
        self.attempts = WrongAttempts(state)
        self.seat = TillSeat()

    @property
    def known(self) -> StaffCatalog | None:
        """The newest list, None where nobody can be known by it."""
        catalog = self._catalog()
        return None if catalog is None or catalog.card_key is None else catalog

    @property
    def is_kept(self) -> bool:
        """Whether this store has told its tills of employees, now or before."""
        return self._was_kept or self.known is not None

    def state(self, now_seconds: float) -> dict[str, bytes | None]:
        """What the journal's state is to have."""
        if not self.is_kept:
            return {}
        self._was_kept = True
        return {STAFF: self.news.kept(now_seconds)}

    @property
    def cashier_id(self) -> str | None:
        """Who is signed in."""
        return self.seat.person and self.seat.person.employee_id

    def seated(self) -> BundledEmployee:
        """Who is signed in, as the newest list has them; raises `Refusal`."""
        person = self.seat.person
        if person is None:
            words = "Nobody is signed in: show a card."
            raise forbidden(WhyNot.EMPLOYEE_NEEDED, words)
        row = self._row(person)
        if row is None:
            self.seat.leave()
            words = "Who is signed in here is let in no more, or has another card or PIN now."
            raise forbidden(WhyNot.EMPLOYEE_GONE, words)
        return row

    def _is_seated(self) -> bool:
        person = self.seat.person
        return person is not None and self._row(person) is not None

    def _row(self, person: KnownPerson) -> BundledEmployee | None:
        known = self.known
        found = None if known is None else known.employee_of(person.employee_id)
        return found if found is not None and person.is_that_of(found) else None

    def leave(
        self, events: Sequence[Mapping[str, Any]], sight: Sight, approval: str, said: object
    ) -> GivenLeave:
        """By whose leave these are written; raises `Refusal`. ``said`` is what a program said
        itself of an authorization."""
        if not self.is_kept or not events:
            return GivenLeave({"auth": said} if said else {})
        if said or any("auth" in event for event in events):
            raise unfit(
                WhyNot.NOT_IN_CONTRACT, "The till itself says by whose leave: send no auth."
            )
        if all(needs_nobody(event) for event in events):
            return GivenLeave({})
        if all(event["type"] == "tender_settled" for event in events) and not self._is_seated():
            return GivenLeave({})  # the terminal's word, also after a restart: nobody is asked
        if self.known is None:
            _require_all(events, sight, Leave(_NOTHING, plain_cash_only=True))
            return GivenLeave({})
        return self._given(events, sight, approval)

    def _given(
        self, events: Sequence[Mapping[str, Any]], sight: Sight, approval: str
    ) -> GivenLeave:
        row = self.seated()
        for event in events:
            if event.get("cashier_id", row.employee_id) != row.employee_id:
                words = f"{row.employee_id} is signed in: name them as the cashier, or nobody."
                raise conflict(WhyNot.ANOTHER_EMPLOYEE, words)
        limits, approver = limits_of(row), self._approver(approval)
        if approver is not None:
            pairs = zip(limits, limits_of(approver), strict=True)
            limits = EmployeeLimits(*(max(pair) for pair in pairs))
        _require_all(events, sight, Leave(limits, self.news.is_too_old))
        self.seat.use()
        return GivenLeave({"cashier_id": row.employee_id, "auth": self._auth(approver)}, approval)

    def _approver(self, approval: str) -> BundledEmployee | None:
        if not approval:
            return None
        person = self.seat.approver(approval)
        row = person and self._row(person)
        if row is None:
            words = "The approval was used, has waited too long, or its giver is let in no more."
            raise forbidden(WhyNot.NO_SUCH_APPROVAL, words)
        return row

    def _auth(self, approver: BundledEmployee | None) -> dict[str, str | int]:
        person, known = self.seat.person, self.known
        assert person is not None and known is not None  # noqa: S101 - `seated` saw both
        return {
            "mode": person.mode,
            "bundle_version": known.name.catalog_version,
            "age_seconds": int(self.news.age_seconds),
            **({} if approver is None else {"approver": approver.employee_id}),
        }

    def standing(self) -> StaffStanding:
        """How it stands, for figures."""
        if not self.is_kept:
            return StaffStanding(0.0, False, 0)
        known, news = self.known, self.news
        locked = 0 if known is None else self.attempts.locked(known.employee_of)
        return StaffStanding(news.age_seconds, known is None or news.is_too_old, locked)

    def told(self) -> dict[str, Any]:
        """How it stands, as programs are told."""
        person = self.seat.person
        row = person and self._row(person)
        return {
            "kept": self.is_kept,
            "signed_in": row and told_of(row),
            "age_seconds": int(self.news.age_seconds) if self.is_kept else None,
            "plain_cash_only": self.standing().is_plain_cash_only,
        }


def told_of(row: BundledEmployee) -> dict[str, Any]:
    """Somebody, as programs are told of them."""
    limits = limits_of(row)._asdict()
    return {"employee_id": row.employee_id, "role": row.role, "limits": limits}


def _require_all(events: Sequence[Mapping[str, Any]], sight: Sight, leave: Leave) -> None:
    for event in events:
        require_leave(event, sight, leave)
