"""Roles, and the user of a request."""

from dataclasses import dataclass
from typing import Literal, get_args

from dashboards.board.feed.writing import Actor

Role = Literal["viewer", "merchandiser", "operator"]

ROLES: tuple[Role, ...] = get_args(Role)
"""From the least to the most: each may do what those before it may.

A viewer sees, a merchandiser changes products, locations, assortment and alerts, an operator
may do all.
"""


@dataclass(frozen=True, slots=True)
class User(Actor):
    """Who made a request. ``who`` is how the audit log names them, ``name`` how a page does."""

    name: str = ""
    role: Role = "viewer"

    def may(self, role: Role) -> bool:
        """Whether the user has at least that role."""
        return ROLES.index(self.role) >= ROLES.index(role)


def role_named(text: object) -> Role | None:
    """The role of that name; None where there is none."""
    for role in ROLES:
        if role == text:
            return role
    return None


def highest(roles: set[Role]) -> Role | None:
    """The one that may most; None where there is none."""
    return max(roles, key=ROLES.index, default=None)
