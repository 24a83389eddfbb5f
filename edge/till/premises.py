"""What belongs to one running till, and the work that goes on beside selling: identity, sending,
heartbeats."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import NamedTuple

import structlog
from cryptography.hazmat.primitives.asymmetric import ec

from edge.journal.entries import TillPlace
from edge.journal.errors import DiskFull, EpochRefused, JournalError, JournalUnusable
from edge.problems import Code, Refusal
from edge.proxy.metrics import ProxyMetrics
from edge.proxy.upstream import Upstream, upstream
from edge.till.answers import AskedOnce
from edge.till.books import Books, open_books
from edge.till.catalogs import CatalogKeeper
from edge.till.checkout.terms import CheckoutTerms
from edge.till.clock import TillClock
from edge.till.deciding import Decision, Sight
from edge.till.desk import DeskTerms
from edge.till.identity.folder import DeviceIdentity, IdentityCandidate, IdentityFolder
from edge.till.identity.keeper import IdentityKeeper
from edge.till.identity.voucher import TillVoucher
from edge.till.kinds import TillKind
from edge.till.measuring import measure
from edge.till.metrics import TillMetrics
from edge.till.parts import first_of, going_on
from edge.till.refusals import WhyNot, conflict
from edge.till.sending import BatchSender, SendingStanding
from edge.till.terminals.choosing import card_payments
from edge.till.terminals.noting import LeftPayment, left_payments
from identity.names import TillName

HEARTBEAT_SECONDS = 60.0
"""As the contract has it: a board calls a till silent after some of them are missing."""


class TillTerms(NamedTuple):
    """What the till is given at its start; ``build`` names this release."""

    folder: Path
    build: str
    metrics: TillMetrics
    proxy: ProxyMetrics
    clock: TillClock
    checkout: CheckoutTerms = CheckoutTerms()
    kind: TillKind = "counter"


class TillPremises:
    """One till. ``books`` and ``identity`` are None before it has enrolled."""

    def __init__(self, terms: TillTerms) -> None:
        self.terms = terms
        self.books: Books | None = None
        self.identity: DeviceIdentity | None = None
        self.name: TillName | None = None
        self.unopened = ""
        """Why there are no books although there is an identity."""
        self.sending = SendingStanding()
        self.catalogs = CatalogKeeper()
        self.keeper = IdentityKeeper(
            IdentityFolder(terms.folder / "identity"),
            terms.clock.now,
            self._is_let_in,
            self._take,
            self._sell_in_the_dark,
        )
        self.payments = card_payments(
            self._note_payment, self._left_payments, terms.checkout.terminal
        )
        self._way: Upstream | None = None
        self._sender: BatchSender | None = None
        self._changed = asyncio.Event()
        self.watchers: list[Callable[[], None]] = []
        """Who wants to know that something was written."""

    def wrote(self) -> None:
        """Something is in the journal that the gateway should have."""
        for watcher in self.watchers:
            watcher()
        if self._sender is not None:
            self._sender.wake()

    async def _note_payment(self, ask: AskedOnce, decide: Callable[[Sight], Decision]) -> None:
        books = self.books
        if books is None:
            raise conflict(WhyNot.NOT_ENROLLED, "This till has no identity, and no journal yet.")
        await books.run(lambda: books.desk.do(ask, decide))
        self.wrote()

    async def _left_payments(self) -> list[LeftPayment]:
        books, name, currency = self.books, self.name, self.terms.checkout.currency
        if books is None or name is None:
            return []
        return await books.run(
            lambda: left_payments(books.desk.carts.values(), name.till_id, currency)
        )

    def way(self) -> Upstream:
        """The way to the gateway; raises `Refusal` where there is none."""
        if self._way is None:
            words = "This till has no gateway yet."
            raise Refusal(HTTPStatus.BAD_GATEWAY, Code.UPSTREAM, words)
        return self._way

    async def _take(self, identity: DeviceIdentity) -> None:
        """Go on under that identity."""
        self.identity = identity
        self.terms.metrics.end.set(identity.ends.timestamp())
        await self._write_as(identity.till.name, identity.till.key, identity.record.epoch)
        self._changed.set()

    async def _sell_in_the_dark(self, voucher: TillVoucher, candidate: IdentityCandidate) -> None:
        """Sell under a voucher's epoch, as a replacement does while the line is down: nobody else
        is given that epoch. What is written is sent once the till has enrolled."""
        if self.books is None:
            name = TillName(voucher.location_id, voucher.till_id)
            await self._write_as(name, candidate.key, voucher.epoch)

    async def _write_as(self, name: TillName, key: ec.EllipticCurvePrivateKey, epoch: int) -> None:
        self.name = name
        try:
            if self.books is not None:
                await self.books.take_key(key, epoch)
            else:
                place = TillPlace(name.location_id, name.till_id)
                terms, catalogs = self.terms, self.catalogs
                catalogs.open(terms.folder / "catalog", name.location_id)
                desk = DeskTerms(terms.build, catalogs.current, catalogs.news, terms.kind)
                self.books = await open_books(terms.folder, place, epoch, key, terms.clock, desk)
            self.unopened = ""
        except (EpochRefused, DiskFull) as error:
            self.unopened = str(error)

    async def _is_let_in(self, identity: DeviceIdentity) -> bool:
        """Whether the gateway answers who shows that identity. Where there is none, nobody can
        say no."""
        if not identity.record.gateway:
            return True
        catalog = self.catalogs.current()
        have = catalog.name.sha256 if catalog else "0"
        async with upstream(identity.record.gateway, identity.till, self.terms.proxy) as way:
            with suppress(Refusal):
                reply = await way.ask("GET", f"/v1/bundle?have={have}&wait=0", b"", {})
                return reply.status not in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
        return False

    @asynccontextmanager
    async def open(self) -> AsyncGenerator["asyncio.Task[None]"]:
        """Sell for the length of a block; the task ends only by a fault after which the process
        must start anew. Raises `JournalError` and `IdentityError`."""
        await self.keeper.begin()
        work = asyncio.create_task(self._work())
        try:
            yield work
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            if self.books is not None:
                await self.books.close()

    async def _work(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for each in self._parts():
                    group.create_task(going_on(each))
        except BaseExceptionGroup as failed:
            raise first_of(failed) from failed

    def _parts(self) -> tuple[Callable[[], Awaitable[None]], ...]:
        terms, catalogs = self.terms, self.catalogs
        figures = partial(measure, terms.metrics, terms.clock, catalogs, lambda: self.books)
        return (self.keeper.run, self._speak, self._beat, figures, self.payments.run)

    async def _speak(self) -> None:
        """Send under the identity in use, and begin anew with each other one."""
        while True:
            self._changed.clear()
            sending = asyncio.create_task(self._send())
            changed = asyncio.create_task(self._changed.wait())
            try:
                await asyncio.wait({sending, changed}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._way = self._sender = None
                for task in (sending, changed):
                    task.cancel()
                ended = await asyncio.gather(sending, changed, return_exceptions=True)
            if isinstance(ended[0], Exception):
                raise ended[0]

    async def _send(self) -> None:
        if self.identity is None or self.books is None or not self.identity.record.gateway:
            await asyncio.Event().wait()
            return
        gateway, till = self.identity.record.gateway, self.identity.till
        async with (
            upstream(gateway, till, self.terms.proxy) as self._way,
            upstream(gateway, till, self.terms.proxy) as way,
        ):
            counted = self.terms.metrics.batches
            self._sender = BatchSender(
                self.books,
                way,
                till.name.till_id,
                self.terms.clock,
                self.sending,
                lambda result: counted.labels(result).inc(),
            )
            async with asyncio.TaskGroup() as group:
                group.create_task(going_on(self._sender.run))
                group.create_task(going_on(partial(self.catalogs.run, self._way)))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            books = self.books
            if books is None:
                continue
            try:
                await books.run(books.desk.beat)
                self.wrote()
            except JournalUnusable:
                raise
            except JournalError as error:
                structlog.get_logger("tillstream.till").warning("no_heartbeat", why=str(error))
