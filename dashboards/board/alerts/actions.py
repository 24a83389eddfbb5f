"""What a person does about an alert, written with its entry in the audit log, or not at all."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from psycopg import errors

from clients.statements import statement
from dashboards.backoffice.asked import AskedDocument, AskedGoods
from dashboards.backoffice.refusals import BookingRefused
from dashboards.backoffice.writer import open_document
from dashboards.board.alerts.demand import Candidate, Demand, pick
from dashboards.board.alerts.handling import Handling, Raising
from dashboards.board.feed.writing import Work
from dashboards.board.live.visitor import RequestRefused, User
from dashboards.board.wording.words import Words

NAME_CHARACTERS_MAX = 128
REASON_CHARACTERS_MAX = 1024
"""As migration 0009 has them; the name of a location may be as long as a reason."""


class Decided(msgspec.Struct, frozen=True):
    """A proposal that was accepted or withdrawn."""

    proposal_id: str
    kind: Literal["transfer", "order"]
    from_location_id: str | None
    quantity: int


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts on which raising, and how it stood; see `begin`.

    Each method writes one change; all raise `RequestRefused` with what the person should
    know. Whatever is done first acknowledges the alert too.
    """

    work: Work
    by: str
    held: Handling
    words: Words

    async def acknowledge(self) -> None:
        """Say that somebody has seen it."""
        if self.held.acknowledged_by is not None:
            raise _overtaken(self.held)
        await self._put("acknowledge")

    async def assign(self, owner: str | None) -> None:
        """Make it somebody's to look after; None: nobody's."""
        await self._put("assign", {"owner": owner}, owner=owner)

    async def note(self, text: str) -> None:
        """Write a note; the one before stays in the log."""
        changed = {"note": text, "noted_by": self.by, "noted_at": datetime.now(UTC)}
        await self._put("note", changed, note=text)

    async def propose_order(self) -> None:
        """Propose to order what is missing."""
        demand = await self._demand()
        quantity = self._quantity(demand)
        reason = f"Up to {quantity(demand.target)}; {quantity(demand.on_hand)} on hand"
        if demand.incoming:
            reason += f", {quantity(demand.incoming)} accepted and not booked yet"
        await self._propose("order", demand.missing, reason, None)

    async def propose_transfer(self, locations: Collection[str]) -> None:
        """Propose to bring what is missing from the nearest of the locations with a surplus."""
        await self.work.run(statement(__file__, "one_at_a_time"), sku=self.held.sku)
        demand = await self._demand()
        picked = pick(await self._candidates(locations), demand.missing)
        if picked is None:
            raise RequestRefused(
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
        await self._propose("transfer", picked.quantity, reason, source.location_id)

    async def decide(self, proposal_id: str, state: str) -> None:
        """Accept or withdraw the open proposal; an accepted one is ordered."""
        decided = await self.work.query(
            statement(__file__, "decide"),
            Decided,
            **self.held.raising._asdict(),
            proposal_id=proposal_id,
            state=state,
            decided_by=self.by,
            decided_at=datetime.now(UTC),
        )
        if not decided:
            raise RequestRefused("Decided already", "This proposal is not open any more.", 409)
        if state == "accepted":
            await self._order(decided[0])
        verb = "accept" if state == "accepted" else "withdraw"
        await self._put(verb, proposal_id=proposal_id)

    async def _order(self, decided: Decided) -> None:
        """An accepted proposal is a document of the same id, for who carries it out to book."""
        at, goods = (
            self.held.location_id,
            [AskedGoods(code=self.held.sku, quantity=decided.quantity)],
        )
        told = {"document_id": decided.proposal_id, "kind": decided.kind, "lines": goods}
        place = {"location_id": decided.from_location_id or at}
        target = {"to_location_id": at} if decided.from_location_id else {}
        asked = AskedDocument.model_validate({**told, **place, **target})
        try:
            await open_document(self.work, self.by, asked)
        except BookingRefused as refusal:
            raise RequestRefused("Not accepted", str(refusal), 422) from refusal

    async def _put(
        self, verb: str, changed: Mapping[str, object] | None = None, **told: object
    ) -> None:
        now, held = datetime.now(UTC), self.held
        seen = {"acknowledged_by": self.by, "acknowledged_at": now}
        row = msgspec.structs.asdict(held) | dict(changed or {})
        row |= {} if held.acknowledged_by is not None else seen
        row |= {"changed_by": self.by, "changed_at": now}
        written = await self.work.query(statement(__file__, "put"), Handling, **row)
        if not written:
            raise RequestRefused("Somebody was faster", _FASTER, 409)
        earlier = msgspec.to_builtins(held) if held.version else None
        later = {**msgspec.to_builtins(written[0]), **told}
        await self.work.record(f"alerts.{verb}", held.raising.subject, earlier, later)

    async def _propose(
        self, kind: str, quantity: int, reason: str, from_location_id: str | None
    ) -> None:
        told: dict[str, Any] = {
            "quantity": quantity,
            "reason": reason,
            "from_location_id": from_location_id,
        }
        await self._put(f"propose_{kind}", **told)
        try:
            await self.work.run(
                statement(__file__, "propose"),
                **self.held.raising._asdict(),
                **{**told, "reason": reason[:REASON_CHARACTERS_MAX]},
                kind=kind,
                proposed_by=self.by,
                proposed_at=datetime.now(UTC),
            )
        except errors.UniqueViolation as fault:
            raise RequestRefused("One is open", _OPEN, 409) from fault

    async def _demand(self) -> Demand:
        asked = {"location_id": self.held.location_id, "sku": self.held.sku}
        (demand,) = await self.work.query(statement(__file__, "demand"), Demand, **asked)
        if demand.missing <= 0:
            raise RequestRefused("Nothing is missing", _ENOUGH, 422)
        return demand

    async def _candidates(self, locations: Collection[str]) -> list[Candidate]:
        return await self.work.query(
            statement(__file__, "candidates"),
            Candidate,
            location_id=self.held.location_id,
            sku=self.held.sku,
            locations=list(locations),
        )

    def _quantity(self, demand: Demand) -> Callable[[int], str]:
        return lambda value: self.words.quantity(value, demand.unit)


async def begin(work: Work, user: User, raising: Raising, version: int, words: Words) -> Act:
    """An act within ``work`` on a raising as it is; refused where it is not as the person saw it.

    They saw ``version`` of its handling; 0: nobody had begun.
    """
    found = await work.query(
        statement(__file__, "handling"),
        Handling,
        locations=[raising.location_id],
        skus=[raising.sku],
        raised=[raising.raised_at],
    )
    held = found[0] if found else Handling(*raising)
    if held.version != version:
        raise _overtaken(held)
    return Act(work, user.who[:NAME_CHARACTERS_MAX], held, words)


_FASTER = "Somebody else has just changed this alert. Look at it again before you act."

_OPEN = "A proposal for this alert is open: accept or withdraw it before you make another."

_ENOUGH = (
    "What is on hand and under way is as much as the policy asks for. Give the product an "
    "order-up-to level at this location if it should have more."
)


def _overtaken(held: Handling) -> RequestRefused:
    """What somebody else did meanwhile, in words."""
    did: list[str] = []
    if held.acknowledged_by:
        did.append(f"acknowledged by {held.acknowledged_by}")
    if held.owner:
        did.append(f"looked after by {held.owner}")
    if held.note:
        did.append(f"noted: “{held.note[:100]}”")
    told = ", ".join(did) or "untouched"
    return RequestRefused(
        "Somebody was faster",
        f"{held.changed_by or 'Somebody'} changed this alert before you; nothing of yours was "
        f"saved. It is now {told}. Look at it, and act again if you still want to.",
        409,
    )
