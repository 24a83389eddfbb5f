"""The sending loop: what the journal has goes to the gateway, one request at a time, for ever.

The gateway's word is a watermark (`JournalOutbox`), so a lost answer, a gateway that forgot, and a
till that was dark for a month are all the same case: ask what comes next, send it, note the word.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Protocol

import structlog

from edge.journal.batches import EventBatch
from edge.journal.errors import DiskFull
from edge.journal.outbox import Judgement
from edge.problems import Code, Refusal
from edge.signing.session import Reply
from edge.till.backoff import Backoff
from edge.till.books import Books
from edge.till.clock import TillClock
from edge.till.said import AcceptedBatch, ConflictingBatch, Nonsense, Trouble, read_reply

IDLE_SECONDS = 5.0
"""Between two looks where nothing new was written: what the centre lacks comes to light so."""

STOPPED_SECONDS = 60.0
"""Between two questions of a till that is refused, or whose epoch is forked. Often enough to hear
within a minute that it is let in again, and seldom enough that a stolen one troubles nobody."""

QUARANTINED_MAX = 100
"""Numbers that are told of. One is worth a look; a thousand say nothing more."""

Sending = Literal["idle", "sending", "away", "refused", "forked"]


class BatchWay(Protocol):
    """The way to the gateway: `edge.proxy.upstream.Upstream`."""

    async def ask(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Reply:
        """The answer, whatever it says; raises `Refusal` where there is none."""
        ...


@dataclass(slots=True)
class SendingStanding:
    """How the sending goes, for pages and figures."""

    state: Sending = "idle"
    why: str = ""
    durable: str = ""
    catalog_version: int = 0
    devices_version: int = 0
    devices_age: int | None = None
    """For how long the centre had not said to the gateway that the list is the newest, in seconds,
    when the gateway was heard; None where it had not since the gateway's start."""
    quarantined: list[int] = field(default_factory=list[int])
    heard_at: float | None = None
    """On the monotonic clock."""

    asked_at: float | None = None
    """On the same: since when the gateway owes an answer; None where it owes none."""


class BatchSender:
    """Sends for one identity, by one way."""

    def __init__(
        self,
        books: Books,
        way: BatchWay,
        till_id: str,
        clock: TillClock,
        standing: SendingStanding,
        counted: Callable[[str], None],
    ) -> None:
        """``counted`` hears how each batch ended, in a word."""
        self._books = books
        self._way = way
        self._target = f"/v1/tills/{till_id}/events"
        self._clock = clock
        self._standing = standing
        self._counted = counted
        self._backoff = Backoff()
        self._woken = asyncio.Event()
        self._forked_batch: tuple[int, int, int] | None = None
        self._refused_begin: tuple[int, int] | None = None

    def wake(self) -> None:
        """Something was written."""
        self._woken.set()

    async def run(self) -> None:
        """Until it is cancelled; raises `JournalUnusable`, after which the process starts anew."""
        while True:
            self._woken.clear()
            try:
                seconds = await self._step()
            except DiskFull as error:
                # What was said cannot be noted: it will be said again.
                seconds = await self._failed(Trouble("not_noted", str(error)))
            await asyncio.sleep(seconds)

    async def _step(self) -> float:
        """Send what comes next, or rest; seconds to wait."""
        batch = await self._books.run(
            lambda: self._books.journal.outbox.next_batch(time.monotonic())
        )
        if batch is not None:
            return await self._send(batch)
        await self._rest()
        return 0.0

    async def _rest(self) -> None:
        if self._standing.state == "sending":
            self._standing.state = "idle"
        if self._standing.heard_at is not None:
            now = self._clock.now()
            while not self._woken.is_set() and await self._tidied(now):
                pass
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), IDLE_SECONDS)

    async def _tidied(self, now: float) -> int:
        """Let go of some that the centre has had for long enough; how many."""
        return await self._books.run(lambda: self._books.journal.keeping.tidy(now))

    async def _send(self, batch: EventBatch) -> float:
        """Send a batch and take the answer; seconds to wait."""
        try:
            said = read_reply(await self._ask(batch))
        except Refusal as refusal:
            result = "away" if refusal.code is Code.UPSTREAM else "busy"
            return await self._failed(Trouble(result, refusal.detail))
        except Nonsense as error:
            return await self._failed(Trouble("nonsense", f"the gateway answers nonsense: {error}"))
        if isinstance(said, Trouble):
            return await self._failed(said)
        self._standing.heard_at = time.monotonic()
        if isinstance(said, AcceptedBatch):
            return await self._accepted(batch, said)
        return await self._conflicted(batch, said)

    async def _conflicted(self, batch: EventBatch, said: ConflictingBatch) -> float:
        """Note where the gateway stands; seconds to wait."""
        judged = await self._books.run(lambda: self._conflict(batch, said))
        begin = (batch.epoch, batch.first)
        again, self._refused_begin = begin == self._refused_begin, begin
        if judged is Judgement.CONTINUE and again:
            # What it asks for has left this till: it may have it once the centre has told it so.
            why = f"the gateway asks for events before {batch.first} of epoch {batch.epoch}"
            return await self._failed(Trouble("conflict", why))
        self._counted("conflict")
        return self._judged(batch, judged)

    async def _ask(self, batch: EventBatch) -> Reply:
        headers = {"Content-Type": "application/json"}
        self._standing.asked_at = time.monotonic()
        try:
            return await self._way.ask("POST", self._target, batch.body, headers)
        finally:
            self._standing.asked_at = None

    def _conflict(self, batch: EventBatch, said: ConflictingBatch) -> Judgement:
        outbox = self._books.journal.outbox
        if said.conflict == "chain" or said.expected is None:
            return outbox.broken_chain(batch)
        return outbox.judge(batch.epoch, said.expected - 1, said.last_hash)

    async def _accepted(self, batch: EventBatch, said: AcceptedBatch) -> float:
        self._clock.hear(said.at_seconds)
        self._tell(said)
        await self._books.note_refused(None)
        judged = await self._books.run(lambda: self._note(batch, said))
        self._counted("accepted")
        if judged is Judgement.CONTINUE and said.accepted_to < batch.last:
            # It took less than it was given and names no reason: not at once again.
            return await self._failed(
                Trouble("nonsense", "the gateway did not take the whole batch")
            )
        return self._judged(batch, judged)

    def _note(self, batch: EventBatch, said: AcceptedBatch) -> Judgement:
        judged = self._books.journal.outbox.answered(batch, said.accepted_to, said.forks)
        self._books.journal.keeping.confirm(
            batch.epoch, said.confirmed_to, said.missing, said.at_seconds
        )
        return judged

    def _tell(self, said: AcceptedBatch) -> None:
        self._standing.durable = said.durable[:16]
        self._standing.catalog_version = said.catalog_version
        self._standing.devices_version = said.devices_version
        self._standing.devices_age = said.devices_age
        numbers = [each.sequence for each in said.quarantined]
        self._standing.quarantined = (self._standing.quarantined + numbers)[-QUARANTINED_MAX:]

    def _judged(self, batch: EventBatch, judged: Judgement) -> float:
        """What follows; seconds to wait."""
        self._backoff.succeeded()
        if judged is Judgement.CONTINUE:
            self._say("sending", "")
            return 0.0
        self._say(
            "forked",
            "another device uses this till's identity, or its disk was restored: enrol it anew by "
            "a new voucher; what it has sold is kept, and sent then",
        )
        place = (batch.epoch, batch.first, batch.last)
        again, self._forked_batch = place == self._forked_batch, place
        return STOPPED_SECONDS if again else 0.0

    async def _failed(self, trouble: Trouble) -> float:
        self._counted(trouble.result)
        if trouble.is_refused:
            await self._books.note_refused(trouble.why)
            self._say("refused", trouble.why)
            return STOPPED_SECONDS
        self._say("away", trouble.why)
        return self._backoff.failed(trouble.wait_seconds)

    def _say(self, state: Sending, why: str) -> None:
        before = self._standing.state
        if state != before and {state, before} != {"idle", "sending"}:
            log = structlog.get_logger("tillstream.till")
            (log.warning if why else log.info)("sending", state=state, why=why)
        self._standing.state, self._standing.why = state, why
