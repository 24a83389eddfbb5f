"""What employees may do: numbers by name, as the centre gives them."""

from typing import NamedTuple

from edge.bundle.rows import BundledEmployee
from topics.scalars import NUMBER_MAX

MANAGER = "manager"
"""The role whose limits that are not named have no bound. Those of any other role are nothing: a
role that this release does not know must not be let into the drawer."""


class EmployeeLimits(NamedTuple):
    """How much of each somebody may do by themselves; the names are those of the centre's rows."""

    discount_percent: int
    """Of a price, or of what a cart comes to."""

    refund_minor: int
    """In one return."""

    drawer: int
    """Above 0: may open it without a sale."""

    unlock_cards: int
    """Above 0: may let in again whose card is locked here."""


def limits_of(employee: BundledEmployee) -> EmployeeLimits:
    """Theirs, by row and role."""
    unnamed = NUMBER_MAX if employee.role == MANAGER else 0
    named = employee.limits
    return EmployeeLimits(*(named.get(name, unnamed) for name in EmployeeLimits._fields))
