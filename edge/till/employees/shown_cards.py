"""Cards that are shown at a till: the PIN is checked by the till's own list, with the gateway away
as well, and guesses come to an end.

One PIN is checked at a time, in a thread of its own: it takes some 50 ms, and sales go on
meanwhile. A wrong one is in the journal before it is answered.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import msgspec

from edge.bundle.rows import BundledEmployee
from edge.journal.errors import DiskFull
from edge.problems import Code, Refusal
from edge.till.answers import AskedOnce, GivenAnswer
from edge.till.asked_of_people import AskedHolder, AskedSignIn, AskedUnlock
from edge.till.books import Books
from edge.till.deciding import Decision, Sight
from edge.till.employees.agreeing import GatewayWay, agreed
from edge.till.employees.attempts import WRONG_MAX, WrongAttempts
from edge.till.employees.seat import APPROVAL_SECONDS, IDLE_SECONDS, KnownPerson
from edge.till.employees.staff import StaffCatalog, told_of
from edge.till.refusals import WhyNot, conflict, forbidden, refusal
from sealing.cards import card_hash, is_pin_of
from sealing.errors import SealError

WAITING_MAX = 8
"""Cards that wait for the one before. Nobody shows more at one till; a program in a loop would."""

Do = Callable[[AskedOnce, Callable[[Sight], Decision]], Awaitable[GivenAnswer]]


class ShownCards:
    """Those of one till. One loop's only."""

    def __init__(
        self,
        books: Callable[[], Books],
        do: Do,
        way: Callable[[], GatewayWay],
        approval_refused: Callable[[Refusal], object],
    ) -> None:
        """``books`` and ``way`` raise `Refusal` where there are none; ``do`` writes what is
        decided, and ``approval_refused`` hears why somebody could not approve."""
        self._books = books
        self._do = do
        self._way = way
        self._approval_refused = approval_refused
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._checking: set[asyncio.Task[tuple[BundledEmployee, StaffCatalog]]] = set()

    async def sign_in(self, key: str, shown: AskedSignIn) -> dict[str, Any]:
        """Let somebody take the till's seat; raises `Refusal`."""
        row, known = await self._let_in("sign-in", key, shown)
        person, why = await agreed(self._way, row, shown, known.name.catalog_version)
        desk = self._books().desk
        await self._books().run(lambda: desk.staff.seat.take(person))
        told = {"signed_in": told_of(row), "mode": person.mode, "gateway": why}
        return told | {"idle_seconds": int(IDLE_SECONDS)}

    async def approve(self, key: str, shown: AskedSignIn) -> dict[str, Any]:
        """Let somebody agree to one request of whoever is signed in; raises `Refusal`."""
        try:
            row, _ = await self._let_in("approval", key, shown)
        except Refusal as refusal:
            self._approval_refused(refusal)
            raise
        seat = self._books().desk.staff.seat
        person = KnownPerson(row.employee_id, row.pin_hash)
        approval = await self._books().run(lambda: seat.approve(person))
        good = {"approval": approval, "good_seconds": int(APPROVAL_SECONDS)}
        return good | {"approver": told_of(row)}

    async def holder(self, shown: AskedHolder) -> dict[str, Any]:
        """Whose card it is, before a PIN is asked for; raises `Refusal`."""
        books = self._books()
        # A catalog never changes: a code that is nobody's card need not wait for the journal.
        known = _known(books)
        row = known.employee(card_hash(known.card_key or b"", "employee", shown.card))
        if row is None:
            raise _unknown_card()
        is_locked = await books.run(lambda: books.desk.staff.attempts.is_locked(row))
        return {"employee_id": row.employee_id, "role": row.role, "locked": is_locked}

    async def sign_out(self) -> dict[str, Any]:
        """Let the seat be empty."""
        await self._books().run(self._books().desk.staff.seat.leave)
        return {"signed_in": None}

    async def _let_in(
        self, what: str, key: str, shown: AskedSignIn
    ) -> tuple[BundledEmployee, StaffCatalog]:
        """Whose card and PIN these are. A page that goes away meanwhile takes no guess back."""
        checking = asyncio.create_task(self._in_turn(what, key, shown))
        self._checking.add(checking)
        checking.add_done_callback(self._checked_at_all)
        return await asyncio.shield(checking)

    def _checked_at_all(
        self, checking: "asyncio.Task[tuple[BundledEmployee, StaffCatalog]]"
    ) -> None:
        self._checking.discard(checking)
        if not checking.cancelled():
            checking.exception()  # seen, also where nobody waits for it any more

    async def _in_turn(
        self, what: str, key: str, shown: AskedSignIn
    ) -> tuple[BundledEmployee, StaffCatalog]:
        if self._waiting >= WAITING_MAX:
            words = "Too many cards are shown at once."
            headers = {"Retry-After": "1"}
            raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, Code.BUSY, words, headers=headers)
        self._waiting += 1
        try:
            async with self._turn:
                return await self._checked(what, key, shown)
        finally:
            self._waiting -= 1

    async def _checked(
        self, what: str, key: str, shown: AskedSignIn
    ) -> tuple[BundledEmployee, StaffCatalog]:
        books = self._books()
        known = await books.run(lambda: _known(books))
        hashed = card_hash(known.card_key or b"", "employee", shown.card)
        # Neither card nor PIN may be told from what the disk keeps of the request.
        ask = AskedOnce(key, sha256(f"{what} {hashed}".encode()).hexdigest())
        # With one key, the first guess is the only one: the others would be answered as it was.
        given = await books.run(lambda: books.desk.answered(ask))
        if given is not None:
            raise _refused(given)
        row = known.employee(hashed)
        if row is None:
            raise _unknown_card()
        if await books.run(lambda: books.desk.staff.attempts.is_locked(row)):
            words = "This card is locked at this till after wrong PINs."
            raise forbidden(WhyNot.CARD_LOCKED, words)
        if not await asyncio.to_thread(_is_right, row, shown):
            raise _refused(await self._do(ask, lambda _: wrong_pin(books.desk.staff.attempts, row)))
        await books.run(lambda: _forget(books, row.employee_id))
        return row, known

    async def unlock(self, ask: AskedOnce, want: AskedUnlock) -> GivenAnswer:
        """Let somebody in again whose card is locked; raises `Refusal`."""
        attempts, decided = self._books().desk.staff.attempts, False

        def decide(_: Sight) -> Decision:
            nonlocal decided
            decided = True
            return _unlocked(attempts, want.employee_id)

        given = await self._do(ask, decide)
        if decided:  # the same request again must not open what was locked since
            await self._books().run(lambda: attempts.forget(want.employee_id))
        return given


class _Problem(msgspec.Struct):
    status: int
    code: int
    detail: str
    reason: str
    left: int


def _refused(given: GivenAnswer) -> Refusal:
    """The PIN was wrong, which is in the journal: what is told of it."""
    told = msgspec.json.decode(given.body, type=_Problem)
    more: dict[str, str | int] = {"reason": told.reason, "left": told.left}
    return Refusal(HTTPStatus(told.status), Code(told.code), told.detail, more)


def _known(books: Books) -> StaffCatalog:
    known = books.desk.staff.known
    if known is None:
        words = "This till has not been told who is let in: it needs its catalog from the gateway."
        raise conflict(WhyNot.EMPLOYEES_UNKNOWN, words)
    return known


def _unknown_card() -> Refusal:
    words = "Nobody with this card is let in here."
    return refusal(HTTPStatus.NOT_FOUND, WhyNot.UNKNOWN_CARD, words)


def _is_right(row: BundledEmployee, shown: AskedSignIn) -> bool:
    try:
        return is_pin_of(shown.card, shown.pin, row.pin_hash)
    except SealError:  # a row that holds no hash of ours
        return False


def wrong_pin(attempts: WrongAttempts, row: BundledEmployee) -> Decision:
    """One more wrong PIN: counted, and told of. In the journal's thread."""
    state = attempts.add(row)
    count, is_locked = attempts.count(row), attempts.is_locked(row)
    noted = {"type": "noted", "detail": {"employee_id": row.employee_id, "wrong": count}}
    kinds = ("pin_failed", "card_locked") if is_locked else ("pin_failed",)
    reason = WhyNot.CARD_LOCKED if is_locked else WhyNot.WRONG_PIN
    words = "Card and PIN do not belong together."
    told = _Problem(
        HTTPStatus.FORBIDDEN.value,
        Code.REQUEST.value,
        words + (" This card is locked here now." if is_locked else ""),
        reason.value,
        max(0, WRONG_MAX - count),
    )
    events = [noted | {"kind": kind} for kind in kinds]
    return Decision(events, told=msgspec.to_builtins(told), status=told.status, state=state)


def _unlocked(attempts: WrongAttempts, employee_id: str) -> Decision:
    state = attempts.forgotten(employee_id)
    if not state:
        words = "No PIN of theirs was wrong here since the last right one."
        raise conflict(WhyNot.CARD_NOT_LOCKED, words)
    detail = {"employee_id": employee_id, "state": "unlocked"}
    event = {"type": "noted", "kind": "card_locked", "detail": detail}
    return Decision([event], told={"unlocked": employee_id}, state=state)


def _forget(books: Books, employee_id: str) -> None:
    """The PIN was right. On a full disk it is forgotten with the next one."""
    attempts = books.desk.staff.attempts
    with suppress(DiskFull):
        books.desk.keep(attempts.forgotten(employee_id))
        attempts.forget(employee_id)
