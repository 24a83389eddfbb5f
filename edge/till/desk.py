"""The desk: what a program asks becomes events and a cart's state, on the disk before it is told.

All of it happens in the journal's one thread, one request after another: two pages that add lines
to one cart each add theirs, and a request that comes twice is answered from the first time.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from secrets import randbits
from typing import Any, NamedTuple, Protocol

import msgspec
import orjson

from edge.event_ids import UUID7_FREE_BITS, uuid7
from edge.journal.entries import TillPlace
from edge.journal.errors import DiskFull
from edge.journal.journal import Journal
from edge.journal.writing import Written
from edge.till.answers import AskedOnce, GivenAnswer, GivenAnswers, place_of
from edge.till.cart_catalogs import CartCatalogs
from edge.till.carts import TillCart
from edge.till.clock import ClockReading, TillClock
from edge.till.deciding import Decision, SellingCatalog, Sight
from edge.till.employees.news import StaffNews
from edge.till.employees.staff import NumberedVersion, StaffCatalog, TillStaff
from edge.till.kinds import TillKind, require_kind
from edge.till.refusals import WhyNot, conflict
from edge.till.ruling import CartRules, PricedCart, TillRules, priced
from edge.till.shifts.keeping import ShiftBook
from edge.till.unprinted import Unprinted

CART = "cart:"
"""Begins the name of a cart's place in the state."""

DAY = "day"
"""The open business day's place in the state."""

REFUSED = "refused"
"""Why the gateway refuses this till, in the state: after a start it is known before it is asked."""

TOLD = "told"
"""The gateway's last time, in the state."""

_read_cart = msgspec.json.Decoder(TillCart).decode


class DeskCatalog(SellingCatalog, StaffCatalog, Protocol):
    """What a till sells by, and by whom."""

    @property
    def name(self) -> NumberedVersion:
        """Which version it is."""
        ...


class DeskTerms(NamedTuple):
    """What the desk asks of others at each request."""

    build: str
    """Names this release, in every event."""

    catalog: Callable[[], DeskCatalog | None] = lambda: None
    """The newest that this till has."""

    news: StaffNews | None = None
    """Who hears from the gateway how old the list of employees is."""

    kind: TillKind = "counter"


class SellingDesk:
    """One till's desk; used by the journal's thread alone."""

    def __init__(
        self, journal: Journal, till: TillPlace, clock: TillClock, terms: DeskTerms
    ) -> None:
        self._journal = journal
        self._till = till
        self._clock = clock
        self._terms = terms
        self._catalogs = CartCatalogs(terms.catalog)
        self._rules = TillRules()
        state = journal.state()
        kept = [_read_cart(value) for name, value in state.items() if name.startswith(CART)]
        self.carts = {cart.cart_id: cart for cart in kept}
        self.day = state[DAY].decode() if DAY in state else None
        self.refused_why = state[REFUSED].decode() if REFUSED in state else None
        clock.raise_floor(float(state.get(TOLD, b"0")))
        self._answers = GivenAnswers(state)
        news = terms.news or StaffNews()
        self.staff = TillStaff(state, terms.catalog, news, clock.now())
        self.unprinted = Unprinted()
        self.shifts = ShiftBook(journal, state)

    def answered(self, ask: AskedOnce) -> GivenAnswer | None:
        """What the same request was answered; raises `Refusal` where the key was another's."""
        return self._answers.find(ask)

    def do(
        self,
        ask: AskedOnce,
        decide: Callable[[Sight], Decision],
        auth: Mapping[str, str | int] | None = None,
    ) -> GivenAnswer:
        """What the program is told; raises `Refusal` and `JournalError`, and nothing was done."""
        found = self._answers.find(ask)
        if found is not None:
            return found
        reading = self._clock.stamp()
        sight = self._sight(reading)
        decision = decide(sight)
        require_kind(self._terms.kind, decision.events)
        leave = self.staff.leave(decision.events, sight, ask.approval, auth)
        events = [
            each | dict(leave.marks) | self._envelope(reading, each) for each in decision.events
        ]
        given: list[GivenAnswer] = []

        def state(written: list[Written]) -> dict[str, bytes | None]:
            body = orjson.dumps(dict(decision.told) | _proof(written))
            given[:] = [self._answers.next(ask, decision.status, body)]
            own = _state(decision, given[0])
            return own | self.staff.state(reading.seconds) | self.shifts.state_after(written)

        written = self._journal.append(events, state)
        self.staff.seat.spend(leave.approval)
        self.unprinted.note(written)
        self.shifts.take(written)
        self._take(decision, given[0])
        return given[0]

    def priced(self, cart_id: str) -> PricedCart | None:
        """A cart, and what its tables say of it; None where there is none."""
        cart = self.carts.get(cart_id)
        return cart and priced(cart, self._rules_of(cart, self._clock.read().seconds))

    def beat(self) -> None:
        """Say that the till is alive, where there is room for it: it must not take the room that
        is kept for an open cart."""
        if not self._journal.file.reserve.has_room():
            return
        reading = self._clock.stamp()
        told = self._clock.told()
        state = {} if told is None else {TOLD: b"%d" % told}
        state |= self.staff.state(reading.seconds)
        self._journal.append([{"type": "till_heartbeat"} | self._envelope(reading, {})], state)

    def keep(self, state: Mapping[str, bytes | None]) -> None:
        """Put that on the disk, where it takes it."""
        if state:
            self._journal.append([], state)

    def note_refused(self, why: str | None) -> None:
        """The gateway refuses this till, or no longer; on a full disk it is known in memory."""
        if why == self.refused_why:
            return
        self.refused_why = why
        with suppress(DiskFull):
            self._journal.append([], {REFUSED: None if why is None else why.encode()})

    def _take(self, decision: Decision, given: GivenAnswer) -> None:
        for cart_id, cart in decision.carts.items():
            if cart is None:
                self.carts.pop(cart_id, None)
                self._catalogs.end(cart_id)
            else:
                self._catalogs.begin(cart_id)
                self.carts[cart_id] = cart
        self.day = decision.day or self.day
        if decision.printed is not None:
            self.unprinted.take(decision.printed)
        self._answers.keep(given)

    def _sight(self, reading: ClockReading) -> Sight:
        return Sight(
            till_id=self._till.till_id,
            carts=self.carts,
            day=self.day,
            at_seconds=reading.seconds,
            new_cart_id=_new_id(reading),
            catalog_of=self._catalogs.of,
            rules_of=partial(self._rules_of, at_seconds=reading.seconds),
            require_new_carts=self._require_new_carts,
            cashier_id=self.staff.cashier_id,
            is_unprinted=self.unprinted.__contains__,
            kind=self._terms.kind,
            shift=self.shifts.shift,
        )

    def _rules_of(self, cart: TillCart, at_seconds: float) -> CartRules:
        catalog, at = self._catalogs.of(cart.cart_id), datetime.fromtimestamp(at_seconds, UTC)
        rules = self._rules.of(catalog, cart.tables, at)
        if catalog is None:
            return rules
        began = datetime.fromtimestamp(cart.began_at_seconds or at_seconds, UTC)
        return rules._replace(offers=catalog.offers_at(began))

    def _require_new_carts(self) -> None:
        if self.refused_why is not None:
            words = (
                f"The gateway refuses this till: {self.refused_why} What is open can end. Enrol it "
                "by a new voucher: what it has sold is kept, and sent then."
            )
            raise conflict(WhyNot.REFUSED_BY_GATEWAY, words)

    def _envelope(self, reading: ClockReading, event: Mapping[str, Any]) -> dict[str, Any]:
        written, cart_id = reading.written, event.get("cart_id")
        version = self._catalogs.version_of(cart_id if isinstance(cart_id, str) else None)
        return {
            **({} if version is None else {"catalog_version": version}),
            "build": self._terms.build,
            **reading.marks(),
            "event_id": _new_id(reading),
            "occurred_at": written,
            # Before the first day was opened only heartbeats are written: the calendar's will do.
            "business_date": self.day or written[:10],
        }


def _new_id(reading: ClockReading) -> str:
    return uuid7(max(0, int(reading.seconds * 1000)), randbits(UUID7_FREE_BITS))


def _state(decision: Decision, given: GivenAnswer) -> dict[str, bytes | None]:
    carts = {
        f"{CART}{cart_id}": None if cart is None else msgspec.json.encode(cart)
        for cart_id, cart in decision.carts.items()
    }
    day = {DAY: decision.day.encode()} if decision.day else {}
    kept = {place_of(given): msgspec.json.encode(given)}
    return {**carts, **day, **decision.state, **kept}


def _proof(written: list[Written]) -> dict[str, Any]:
    """Where the event lies, by which anybody can prove it.

    Without its head: that says what the till has sold in all, and a drawer's count that is tuned to
    a sum finds nothing.
    """
    if not written:
        return {}
    entry = written[-1].entry
    named = ("event_id", "occurred_at", "business_date", "receipt_no", "return_id")
    told = {name: entry.event[name] for name in named if name in entry.event}
    place = {"epoch": entry.mark.epoch, "sequence": entry.mark.sequence, "hash": entry.mark.hash}
    return told | place
