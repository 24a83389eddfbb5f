"""What is missing at a location, and where it could come from. Pure; quantities in base units."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec


class Demand(msgspec.Struct, frozen=True):
    """What a location has of a product and should have.

    ``order_up_to`` and ``reorder_point`` are 0 without a listed policy. ``incoming`` is what was
    accepted for it and is not booked yet.
    """

    on_hand: int
    reorder_point: int
    order_up_to: int
    incoming: int
    unit: str

    @property
    def target(self) -> int:
        """What should be there."""
        return max(self.order_up_to, self.reorder_point, 0)

    @property
    def missing(self) -> int:
        """What to bring; 0 where enough is there or under way."""
        return max(0, self.target - self.on_hand - self.incoming)


class Candidate(msgspec.Struct, frozen=True):
    """A location that has more than it should.

    ``keeps`` is what its own policy asks for, ``promised`` what was proposed or accepted from it
    and has not left yet. ``available`` leaves out what lies in customers' carts.
    """

    location_id: str
    name: str
    region: str | None
    same_region: bool
    available: int
    keeps: int
    promised: int

    @property
    def surplus(self) -> int:
        """What it can give away."""
        return self.available - self.keeps - self.promised


@dataclass(frozen=True, slots=True)
class Pick:
    """The location to take from, how much, and why that one."""

    candidate: Candidate
    quantity: int
    near: str
    best: str


def pick(candidates: Sequence[Candidate], missing: int) -> Pick | None:
    """The nearest that has a surplus; None where nobody has.

    Near is the same region, and then anywhere: that is all that is known of distance. Of those
    equally near, one that can give all that is missing, and then the one with most.
    """
    able = [each for each in candidates if each.surplus > 0]
    if not able or missing <= 0:
        return None
    chosen = min(able, key=lambda each: _rank(each, missing))
    rivals = [each for each in able if each.same_region == chosen.same_region]
    return Pick(chosen, min(chosen.surplus, missing), _near(chosen), _best(chosen, rivals, missing))


def _rank(each: Candidate, missing: int) -> tuple[bool, bool, int, str]:
    return not each.same_region, each.surplus < missing, -each.surplus, each.location_id


def _near(chosen: Candidate) -> str:
    if chosen.same_region:
        return f"same region ({chosen.region})"
    return "no location of the same region has a surplus"


def _best(chosen: Candidate, rivals: Sequence[Candidate], missing: int) -> str:
    if len(rivals) == 1:
        return (
            "the only one there with a surplus" if chosen.same_region else "the only one with any"
        )
    return (
        "the largest surplus of those that can give all"
        if chosen.surplus >= missing
        else "the largest surplus, though none can give all"
    )
