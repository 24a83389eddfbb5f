"""Tokens with which machines read the API and book by it, as `tillstream tokens` keeps them."""

import re
from datetime import datetime

import msgspec

from clients.statements import statement
from dashboards.board.feed.writing import Work
from dashboards.board.live.visitor import Role
from dashboards.board.people.tokens import digest, new_token

PREFIX = "tsr_"
"""How a token begins, so that who finds one in a log knows what leaked."""

NAME_PATTERN = r"[a-z0-9][a-z0-9._-]{0,63}"
"""As in the table `api_tokens`."""

DAYS_DEFAULT = 366
"""A token that was lost is of use to its finder for a year at most, unless somebody wished for
more."""

DAYS_MAX = 3_650
"""Ten years: longer is meant for ever, which is said by giving no end."""


class TokenError(ValueError):
    """A token that is not there, or must not be called so; the text says which."""


class ListedToken(msgspec.Struct, frozen=True):
    """A token as the list shows it; nobody can be shown the token itself."""

    name: str
    role: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


async def add(work: Work, name: str, days: int | None, role: Role = "viewer") -> str:
    """A new token, without an end or for so many days; raises `TokenError`.

    A viewer's reads; a merchandiser's books as well.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise TokenError(
            f"{name!r} cannot be a token's name: 1 to 64 of a-z 0-9 . _ -, first a letter or digit"
        )
    token = PREFIX + new_token()
    added = await work.run(
        statement(__file__, "add_token"),
        token_sha256=digest(token),
        name=name,
        days=days,
        role=role,
    )
    if not added:
        raise TokenError(f"there is a token {name} already; revoke it first")
    await work.record("tokens.add", f"tokens/{name}", None, {"role": role, "days": days})
    return token


async def listed(work: Work) -> list[ListedToken]:
    """All tokens that were ever made, by name."""
    return await work.query(statement(__file__, "tokens"), ListedToken)


async def revoke(work: Work, name: str) -> None:
    """Let nobody in with the token any more, from now on; raises `TokenError`."""
    if not await work.run(statement(__file__, "revoke_token"), name=name):
        raise TokenError(f"there is no token {name} that could be revoked")
    await work.record("tokens.revoke", f"tokens/{name}")
