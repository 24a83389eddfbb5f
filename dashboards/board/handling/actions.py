"""What a person does about an alert, written with its entry in the audit log, or not at all."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from psycopg import errors

from dashboards.board.access import audit
from dashboards.board.access.refusals import Refused
from dashboards.board.access.roles import User
from dashboards.board.feed.writing import Work, Writing
from dashboards.board.handling.rows import Handling, Raising
from dashboards.board.handling.rules import Candidate, Demand, pick
from dashboards.board.words.wording import Words
from dashboards.statements import statement

FOLDER = Path(__file__).parent


NAME_CHARACTERS_MAX = 128
REASON_CHARACTERS_MAX = 1024
"""As migration 0009 has them; the name of a location may be as long as a reason."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts on which raising, having seen ``version`` of its handling (0: nobody had begun).

    Each method writes one change; all raise `Refused` with what the person should know, and
    `DatabaseAway`. Whatever is done first acknowledges the alert too.
    """

    writing: Writing
    user: User
    raising: Raising
    version: int
    words: Words

    @property
    def by(self) -> str:
        """The person, as the tables name them."""
        return (self.user.name or self.user.who)[:NAME_CHARACTERS_MAX]

    async def acknowledge(self) -> None:
        """Say that somebody has seen it."""
        async with self.writing.transaction(self.user) as work:
            held = await self._held(work)
            if held.acknowledged_by is not None:
                raise _overtaken(held)
            await self._put(work, "acknowledge", held, held)

    async def assign(self, owner: str | None) -> None:
        """Make it somebody's to look after; None: nobody's."""
        async with self.writing.transaction(self.user) as work:
            held = await self._held(work)
            changed = msgspec.structs.replace(held, owner=owner)
            await self._put(work, "assign", held, changed, owner=owner)

    async def note(self, text: str) -> None:
        """Write a note; the one before stays in the log."""
        async with self.writing.transaction(self.user) as work:
            held = await self._held(work)
            changed = msgspec.structs.replace(
                held, note=text, noted_by=self.by, noted_at=datetime.now(UTC)
            )
            await self._put(work, "note", held, changed, note=text)

    async def propose_order(self) -> None:
        """Propose to order what is missing."""
        async with self.writing.transaction(self.user) as work:
            held, demand = await self._held(work), await self._demand(work)
            quantity = self._quantity(demand)
            reason = f"Up to {quantity(demand.target)}; {quantity(demand.on_hand)} on hand"
            if demand.incoming:
                reason += f", {quantity(demand.incoming)} accepted and not booked yet"
            await self._propose(work, held, "order", demand.missing, reason, None)

    async def propose_transfer(self, locations: Collection[str]) -> None:
        """Propose to bring what is missing from the nearest of the locations with a surplus."""
        async with self.writing.transaction(self.user) as work:
            await work.run(statement(FOLDER, "one_at_a_time"), sku=self.raising.sku)
            held, demand = await self._held(work), await self._demand(work)
            picked = pick(await self._candidates(work, locations), demand.missing)
            if picked is None:
                raise Refused(
                    "No surplus",
                    "No other location has more of it than its own policy asks for: order it.",
                    422,
                )
            source, quantity = picked.candidate, self._quantity(demand)
            reason = (
                f"{source.name}: {picked.near}, {picked.best}; {quantity(source.available)} "
                f"available, {quantity(source.keeps)} kept by its own policy"
            )
            if source.promised:
                reason += f", {quantity(source.promised)} promised already"
            await self._propose(work, held, "transfer", picked.quantity, reason, source.location_id)

    async def decide(self, proposal_id: str, state: str) -> None:
        """Accept or withdraw the open proposal."""
        async with self.writing.transaction(self.user) as work:
            held = await self._held(work)
            touched = await work.run(
                statement(FOLDER, "decide"),
                **self.raising._asdict(),
                proposal_id=proposal_id,
                state=state,
                decided_by=self.by,
                decided_at=datetime.now(UTC),
            )
            if not touched:
                raise Refused("Decided already", "This proposal is not open any more.", 409)
            verb = "accept" if state == "accepted" else "withdraw"
            await self._put(work, verb, held, held, proposal_id=proposal_id)

    async def _held(self, work: Work) -> Handling:
        """The handling as it is; refused where it is not as the person saw it."""
        found = await work.query(
            statement(FOLDER, "handling"),
            Handling,
            locations=[self.raising.location_id],
            skus=[self.raising.sku],
            raised=[self.raising.raised_at],
        )
        held = found[0] if found else Handling(*self.raising)
        if held.version != self.version:
            raise _overtaken(held)
        return held

    async def _put(
        self, work: Work, verb: str, before: Handling, after: Handling, **told: object
    ) -> None:
        now = datetime.now(UTC)
        seen = {"acknowledged_by": self.by, "acknowledged_at": now}
        row = msgspec.structs.asdict(after)
        row |= {} if before.acknowledged_by is not None else seen
        row |= {"changed_by": self.by, "changed_at": now, "version": before.version}
        written = await work.query(statement(FOLDER, "put"), Handling, **row)
        if not written:
            raise Refused("Somebody was faster", _FASTER, 409)
        earlier = msgspec.to_builtins(before) if before.version else None
        later = {**msgspec.to_builtins(written[0]), **told}
        await audit.record(work, f"alerts.{verb}", self.raising.subject, earlier, later)

    async def _propose(
        self,
        work: Work,
        held: Handling,
        kind: str,
        quantity: int,
        reason: str,
        from_location_id: str | None,
    ) -> None:
        row = {
            **self.raising._asdict(),
            "kind": kind,
            "from_location_id": from_location_id,
            "quantity": quantity,
            "reason": reason[:REASON_CHARACTERS_MAX],
            "proposed_by": self.by,
            "proposed_at": datetime.now(UTC),
        }
        told = {"quantity": quantity, "reason": reason, "from_location_id": from_location_id}
        await self._put(work, f"propose_{kind}", held, held, **told)
        try:
            await work.run(statement(FOLDER, "propose"), **row)
        except errors.UniqueViolation as fault:
            raise Refused("One is open", _OPEN, 409) from fault

    async def _demand(self, work: Work) -> Demand:
        (demand,) = await work.query(
            statement(FOLDER, "demand"),
            Demand,
            location_id=self.raising.location_id,
            sku=self.raising.sku,
        )
        if demand.missing <= 0:
            raise Refused("Nothing is missing", _ENOUGH, 422)
        return demand

    async def _candidates(self, work: Work, locations: Collection[str]) -> list[Candidate]:
        return await work.query(
            statement(FOLDER, "candidates"),
            Candidate,
            location_id=self.raising.location_id,
            sku=self.raising.sku,
            locations=list(locations),
        )

    def _quantity(self, demand: Demand) -> Callable[[int], str]:
        return lambda value: self.words.quantity(value, demand.unit)


_FASTER = "Somebody else has just changed this alert. Look at it again before you act."

_OPEN = "A proposal for this alert is open: accept or withdraw it before you make another."

_ENOUGH = (
    "What is on hand and under way is as much as the policy asks for. Give the product an "
    "order-up-to level at this location if it should have more."
)


def _overtaken(held: Handling) -> Refused:
    """What somebody else did meanwhile, in words."""
    did: list[str] = []
    if held.acknowledged_by:
        did.append(f"acknowledged by {held.acknowledged_by}")
    if held.owner:
        did.append(f"looked after by {held.owner}")
    if held.note:
        did.append(f"noted: “{held.note[:100]}”")
    told = ", ".join(did) or "untouched"
    return Refused(
        "Somebody was faster",
        f"{held.changed_by or 'Somebody'} changed this alert before you; nothing of yours was "
        f"saved. It is now {told}. Look at it, and act again if you still want to.",
        409,
    )
