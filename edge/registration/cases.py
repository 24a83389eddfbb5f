"""One request of a till, judged within one transaction; a refusal is kept as well as a success."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from edge.registration.database import RecordStore
from edge.registration.quiet import Quiet
from edge.registration.records import OnBehalf, Records
from edge.registration.rules import ALARMS, Denied
from identity.names import TillName

T = TypeVar("T")


@dataclass(slots=True)
class Case:
    """A request: what is known of its till so far, and the key that it brings."""

    records: Records
    till: TillName | None
    key_sha256: bytes


class Cases:
    """Opens them."""

    def __init__(self, database: RecordStore, quiet: Quiet) -> None:
        self._database = database
        self._quiet = quiet

    async def judge(
        self,
        actor: OnBehalf,
        till: TillName | None,
        key_sha256: bytes,
        work: Callable[[Case], Awaitable[T]],
    ) -> T:
        """What ``work`` answers; where it raises `Denied`, that is noted and raised again.

        ``work`` refuses before it changes anything. Raises `database.Away`, too.
        """
        async with self._database.records(actor) as records:
            case = Case(records, till, key_sha256)
            try:
                return await work(case)
            except Denied as refused:
                await self._note(case, refused)
                refusal = refused
        raise refusal

    async def _note(self, case: Case, refused: Denied) -> None:
        reason = refused.reason
        name = f"{case.till.location_id}/{case.till.till_id}" if case.till else "unknown"
        if reason in ALARMS and case.till is not None:
            await case.records.raise_alarm(
                case.till.location_id, case.till.till_id, reason, case.key_sha256
            )
        if self._quiet.may_say(f"{name} {reason}"):
            await case.records.record("refused", name, {"reason": reason.value})
