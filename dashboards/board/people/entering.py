"""The way in: a password or a provider's word, a second factor where one is had or asked for, and
then a session."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboards.board.feed.writing import Actor, Work
from dashboards.board.live.visitor import RequestRefused
from dashboards.board.people import totp
from dashboards.board.people.door import Door
from dashboards.board.people.half import Half
from dashboards.board.people.local import Tried
from dashboards.board.people.second_factors import WrongCode
from dashboards.board.people.sessions import Identity, Origin
from dashboards.board.people.users import Credentials


@dataclass(frozen=True, slots=True)
class Entered:
    """How far somebody came: in, with a ``session``; or a code is owed, to the ``half`` begun."""

    session: str = ""
    half: str = ""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """Who confirmed a second factor: in, with codes for recovery that are told this once."""

    session: str
    recovery_codes: list[str]


class TooLate(RequestRefused):
    """The half sign-in is over."""

    def __init__(self) -> None:
        super().__init__("Not signed in", "The sign-in took too long. Begin again.", 400)


async def with_password(door: Door, tried: Tried, password: str, origin: Origin) -> Entered:
    """In, or on to the second factor; raises as `LocalSignIn.check`."""
    found = await door.local.check(tried, password)
    owes = found.has_second_factor or door.policy.requires_second_factor(found.role)
    async with door.writing.transaction(Actor(found.name, origin.address)) as work:
        if not owes:
            return Entered(session=await _open(door, work, found.name, origin, is_strong=False))
        secret = None if found.has_second_factor else totp.new_secret()
        return Entered(half=await door.half.begin(work, found.name, secret))


async def with_code(door: Door, token: str, half: Half, code: str, origin: Origin) -> str:
    """The token of a session for who owed that code; raises `RequestRefused`."""
    try:
        async with door.writing.transaction(Actor(half.name, origin.address)) as work:
            await door.second_factors.check(work, half.name, code)
            await _end_half(door, work, token)
            return await _open(door, work, half.name, origin, is_strong=True)
    except WrongCode:
        await door.local.note_refusal(half.name, origin.address)
        raise


async def begin_enrolment(door: Door, found: Credentials, origin: Origin) -> str:
    """The token of a half sign-in with which a user confirms a new secret."""
    async with door.writing.transaction(Actor(found.name, origin.address)) as work:
        return await door.half.begin(work, found.name, totp.new_secret())


async def enrol(door: Door, token: str, half: Half, code: str, origin: Origin) -> Enrolled:
    """Confirm the secret; all other sessions of the user end. Raises `RequestRefused`."""
    if half.secret is None:
        raise TooLate
    async with door.writing.transaction(Actor(half.name, origin.address)) as work:
        await _end_half(door, work, token)
        # Another that was begun before must not put its own secret in place of this one.
        await door.half.end_all(work, half.name)
        codes = await door.second_factors.confirm(work, half.name, bytes(half.secret), code)
        await door.sessions.end_within(work, half.name)
        return Enrolled(await _open(door, work, half.name, origin, is_strong=True), codes)


async def with_identity(door: Door, identity: Identity, origin: Origin) -> str:
    """The token of a session for who a provider has proven."""
    async with door.writing.transaction(Actor(identity.who, origin.address)) as work:
        await _record(door, work, identity.who, {"role": identity.role})
        return await door.sessions.open(work, identity, origin)


async def _end_half(door: Door, work: Work, token: str) -> None:
    if not await door.half.end(work, token):
        raise TooLate


async def _open(door: Door, work: Work, name: str, origin: Origin, *, is_strong: bool) -> str:
    await _record(door, work, name)
    return await door.sessions.open(work, Identity(name, name, name, is_strong=is_strong), origin)


async def _record(
    door: Door, work: Work, who: str, told: Mapping[str, object] | None = None
) -> None:
    if door.told.turn(who):
        more = {**(told or {}), **door.told.more(who)}
        await work.record("sign_in", f"users/{who}", None, more or None)
