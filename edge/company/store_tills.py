"""Simulated tills of a store that has a gateway: tills in all but their page.

What customers do is drawn; numbers, receipts and the chain are the journals', and what a journal
has goes to the gateway as every till's does. So one that is started again goes on where it was.
"""

import asyncio
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar

import msgspec
from prometheus_client import CollectorRegistry

from edge.journal.entries import NUMBERED_BY_THE_JOURNAL
from edge.proxy.metrics import proxy_metrics
from edge.till.books import Books
from edge.till.clock import TillClock
from edge.till.metrics import till_metrics
from edge.till.premises import TillPremises, TillTerms
from edge.till.standing import read_books
from topics.wire import AnyWireEvent

OPEN_SECONDS_MAX = 120.0
"""Until a till has its identity: registration and gateway may be on their way up beside it."""

SENT_SECONDS_MAX = 120.0
"""How long the last events may be on their way to the gateway. What is left then stays in the
journals, and goes with the next run."""

RECEIPTS_REMEMBERED = 10_000
"""Whose number a later return may name. The simulator draws returns from the last hour's."""

AGAIN_SECONDS = 1.0

Voucher = Callable[[str, str], Awaitable[Mapping[str, Any]]]
"""A voucher for a till of a location; raises while the registration is away."""

T = TypeVar("T")


class NotSent(Exception):
    """A till of the store has no identity, cannot write, or does not get rid of its events."""


class _OpenTill(NamedTuple):
    premises: TillPremises
    books: Books


class StoreTills:
    """The tills of one location, in a thread of their own; for the length of a block."""

    def __init__(
        self, folder: Path, location_id: str, till_ids: tuple[str, ...], build: str, vouch: Voucher
    ) -> None:
        """``folder`` keeps identities and journals from one run to the next."""
        self._folder = folder
        self._location_id = location_id
        self._till_ids = till_ids
        self._build = build
        self._vouch = vouch
        self._receipts: OrderedDict[str, str] = OrderedDict()
        self._tills: dict[str, _OpenTill] = {}
        self._open = AsyncExitStack()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="store-tills")

    def tell(self, event: AnyWireEvent) -> None:
        """See `EventWay`: on return it is in the journal. Raises `NotSent`."""
        till = self._tills[event.till_id]
        told = _as_asked(event, self._receipts)
        written = self._wait(till.books.run(lambda: till.books.journal.append([told])))
        self._loop.call_soon_threadsafe(till.premises.wrote)
        simulated, own = getattr(event, "receipt_no", None), written[0].entry.event
        if simulated is not None and told["type"] == "cart_completed":
            self._receipts[simulated] = str(own["receipt_no"])
            if len(self._receipts) > RECEIPTS_REMEMBERED:
                self._receipts.popitem(last=False)

    def flush(self) -> None:
        """Wait until the gateway has all; raises `NotSent`."""
        deadline = time.monotonic() + SENT_SECONDS_MAX
        for till_id, till in self._tills.items():
            while self._wait(till.books.run(partial(read_books, till.books))).waiting:
                if time.monotonic() > deadline:
                    why = till.premises.sending.why
                    raise NotSent(f"{till_id} keeps events that the gateway has not taken: {why}")
                time.sleep(AGAIN_SECONDS / 10)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _open_all(self) -> None:
        for till_id, till in zip(
            self._till_ids,
            await asyncio.gather(*map(self._open_till, self._till_ids)),
            strict=True,
        ):
            self._tills[till_id] = till

    async def _open_till(self, till_id: str) -> _OpenTill:
        registry = CollectorRegistry()
        folder = self._folder / self._location_id / till_id
        folder.mkdir(parents=True, exist_ok=True)
        terms = TillTerms(
            folder, self._build, till_metrics(registry), proxy_metrics(registry), TillClock()
        )
        premises = TillPremises(terms)
        await self._open.enter_async_context(premises.open())
        deadline = time.monotonic() + OPEN_SECONDS_MAX
        if premises.identity is None:
            voucher = await self._voucher(till_id, deadline)
            premises.keeper.take(json.dumps(dict(voucher)).encode())
        while premises.books is None:
            if time.monotonic() > deadline:
                why = premises.unopened or premises.keeper.standing.why
                raise NotSent(f"{self._location_id}/{till_id} has no identity: {why}")
            await asyncio.sleep(AGAIN_SECONDS / 10)
        return _OpenTill(premises, premises.books)

    async def _voucher(self, till_id: str, deadline: float) -> Mapping[str, Any]:
        while True:
            try:
                return await self._vouch(self._location_id, till_id)
            except Exception as error:
                if time.monotonic() > deadline:
                    raise NotSent(f"no voucher for {till_id}: {error}") from error
                await asyncio.sleep(AGAIN_SECONDS)

    def __enter__(self) -> Self:
        """Give each till its identity, where it has none yet; raises `NotSent`."""
        self._thread.start()
        try:
            self._wait(self._open_all())
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End them; what is in the journals stays."""
        self._close()

    def _close(self) -> None:
        self._wait(self._open.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _as_asked(event: AnyWireEvent, receipts: Mapping[str, str]) -> dict[str, Any]:
    """The event as a program asks it of a journal, which numbers it and its receipt."""
    plain: dict[str, Any] = msgspec.to_builtins(event)
    set_there = {*NUMBERED_BY_THE_JOURNAL, "return_id"}
    if plain["type"] == "cart_completed":
        set_there.add("receipt_no")
    elif "receipt_no" in plain:
        plain["receipt_no"] = receipts.get(plain["receipt_no"], plain["receipt_no"])
    return {
        name: value for name, value in plain.items() if name not in set_there and value is not None
    }
