"""Who sent a request, what they may do, and what they are told where they may not."""

from dataclasses import dataclass
from typing import Literal, get_args

from aiohttp import web

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
    return next((role for role in ROLES if role == text), None)


USER: web.RequestKey[User] = web.RequestKey("user", User)
"""Set before a handler runs, but on the few pages that ask for no sign-in."""

BY_TOKEN: web.RequestKey[bool] = web.RequestKey("by_token", bool)
"""Set where a machine showed a token, which no browser sends by itself."""

CSRF: web.RequestKey[str] = web.RequestKey("csrf", str)
"""What forms of the page must carry."""


class RequestRefused(Exception):
    """A request that is answered by a page with ``title`` and ``explanation``."""

    def __init__(self, title: str, explanation: str, status: int) -> None:
        super().__init__(explanation)
        self.title = title
        self.explanation = explanation
        self.status = status


class NotAllowed(RequestRefused):
    """The user's role is not enough."""

    def __init__(self, needed: str, has: str) -> None:
        explanation = f"This needs the role {needed}; you have the role {has}. An operator can "
        super().__init__("Not allowed", f"{explanation}give you another.", 403)


def require(request: web.Request, role: Role) -> User:
    """Who sent the request, if they have at least that role; else raises `NotAllowed`."""
    user = request[USER]
    if not user.may(role):
        raise NotAllowed(role, user.role)
    return user
