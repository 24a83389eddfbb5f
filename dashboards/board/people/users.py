"""The board's own users, as `tillstream users` keeps them."""

import re
from datetime import datetime

import msgspec

from clients.statements import statement
from dashboards.asking import Ask
from dashboards.board.feed.writing import Work
from dashboards.board.live.visitor import Role
from dashboards.board.people.second_factors import remove
from dashboards.board.people.sessions import Ended

NAME_PATTERN = r"[a-z0-9][a-z0-9._@-]{0,63}"
"""As in the table `board_users`; an e-mail address in small letters is one."""

RESERVED = "local"
"""What everybody is called on a board without sign-in."""


class UserError(ValueError):
    """A user that is not there, or must not be called so; the text says which."""


class ListedUser(msgspec.Struct, frozen=True):
    """A user as the list shows them."""

    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None
    signed_in_at: datetime | None = None


class Credentials(msgspec.Struct, frozen=True):
    """What a user who may sign in must know, and whether they must have a phone as well."""

    name: str
    role: Role
    password_hash: str
    has_second_factor: bool


def is_name(text: str) -> bool:
    """Whether a user can be called so."""
    return re.fullmatch(NAME_PATTERN, text) is not None and text != RESERVED


async def credentials(ask: Ask, name: str) -> Credentials | None:
    """Those of a user; None where there is none, or who is disabled."""
    found = await ask(statement(__file__, "credentials"), Credentials, name=name)
    return found[0] if found else None


async def listed(work: Work) -> list[ListedUser]:
    """All users by name."""
    return await work.query(statement(__file__, "users"), ListedUser)


async def add(work: Work, name: str, role: Role, password_hash: str) -> None:
    """A new user; raises `UserError` where the name is taken or cannot be one."""
    if not is_name(name):
        raise UserError(
            f"{name!r} cannot be a user's name: 1 to 64 of a-z 0-9 . _ @ -, first a letter or a "
            f"digit, and not {RESERVED!r}"
        )
    added = await work.run(
        statement(__file__, "add_user"), name=name, role=role, password_hash=password_hash
    )
    if not added:
        raise UserError(f"there is a user {name} already")
    await work.record("users.add", f"users/{name}", None, {"role": role})


async def set_password(work: Work, name: str, password_hash: str) -> None:
    """Another password; who is signed in with the old one is signed out."""
    await _known(work, name)
    await work.run(statement(__file__, "set_password"), name=name, password_hash=password_hash)
    await _sign_out(work, name)
    await work.record("users.password", f"users/{name}")


async def set_role(work: Work, name: str, role: Role) -> None:
    """Another role, from the next request on."""
    before = await _known(work, name)
    await work.run(statement(__file__, "set_role"), name=name, role=role)
    await work.record("users.role", f"users/{name}", {"role": before.role}, {"role": role})


async def disable(work: Work, name: str) -> None:
    """Sign the user out and let them in no more; what they did stays told."""
    await _known(work, name)
    if await work.run(statement(__file__, "disable_user"), name=name):
        await _sign_out(work, name)
        await work.record("users.disable", f"users/{name}")


async def enable(work: Work, name: str) -> None:
    """Let a disabled user in again."""
    await _known(work, name)
    if await work.run(statement(__file__, "enable_user"), name=name):
        await work.record("users.enable", f"users/{name}")


async def forget_phone(work: Work, name: str) -> None:
    """Take the second factor away from who has lost it; they are signed out."""
    await _known(work, name)
    if not await remove(work, name):
        raise UserError(f"{name} has no second factor")
    await _sign_out(work, name)


async def sign_out(work: Work, who: str) -> int:
    """End all sessions of somebody, also of who came by a provider; how many there were."""
    ended = len(await work.query(statement(__file__, "end_all_sessions"), Ended, who=who, kept=b""))
    if ended:
        await work.record("sessions.end", f"users/{who}", None, {"sessions": ended})
    return ended


async def _known(work: Work, name: str) -> ListedUser:
    found = await work.query(statement(__file__, "user"), ListedUser, name=name)
    if not found:
        raise UserError(f"there is no user {name}: 'tillstream users list' shows those there are")
    return found[0]


async def _sign_out(work: Work, name: str) -> None:
    await work.run(statement(__file__, "end_sessions_of"), name=name)
