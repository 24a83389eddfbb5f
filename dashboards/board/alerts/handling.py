"""Rows of the handling of alerts, as PostgreSQL has them; see `topics.handling`."""

from datetime import UTC, datetime
from typing import Literal, NamedTuple

import msgspec

from dashboards.board.feed.rows import Alert


class Raising(NamedTuple):
    """One raising of an alert: raised anew, it is another."""

    location_id: str
    sku: str
    raised_at: datetime

    @property
    def subject(self) -> str:
        """How the audit log names it."""
        return f"alerts/{self.location_id}/{self.sku}/{exactly(self.raised_at)}"


class Handling(msgspec.Struct, frozen=True):
    """How far somebody is with a raising; see `topics.handling.AlertHandling`."""

    location_id: str
    sku: str
    raised_at: datetime
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    owner: str | None = None
    note: str | None = None
    noted_by: str | None = None
    noted_at: datetime | None = None
    changed_by: str = ""
    changed_at: datetime = datetime.min.replace(tzinfo=UTC)
    version: int = 0
    """0 where nobody has touched it."""

    @property
    def raising(self) -> Raising:
        """What it is the handling of."""
        return Raising(self.location_id, self.sku, self.raised_at)


class Proposal(msgspec.Struct, frozen=True):
    """See `topics.handling.RestockProposal`."""

    proposal_id: str
    kind: Literal["transfer", "order"]
    location_id: str
    sku: str
    raised_at: datetime
    from_location_id: str | None
    quantity: int
    reason: str
    state: Literal["proposed", "accepted", "withdrawn"]
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    version: int

    @property
    def raising(self) -> Raising:
        """For what it was proposed."""
        return Raising(self.location_id, self.sku, self.raised_at)


def raising_of(alert: Alert) -> Raising:
    """The raising that a raised alert is in."""
    return Raising(alert.location_id, alert.sku, alert.raised_at)


def exactly(at: datetime) -> str:
    """A moment in UTC as forms and the audit log carry it, to the microsecond."""
    return at.astimezone(UTC).isoformat()
