"""What people do about their own account: password, second factor, sessions."""

import asyncio

from aiohttp import web

from dashboards.board.feed.writing import Actor
from dashboards.board.live.visit import Visit, field, form
from dashboards.board.live.visitor import USER, RequestRefused
from dashboards.board.people import cookies, entering, passwords, second_factors, users
from dashboards.board.people.door import DOOR
from dashboards.board.people.listed import listed
from dashboards.board.people.sessions import Identity, Session
from dashboards.board.people.targets import code_address
from dashboards.board.people.users import Credentials

TOLD = {
    "password": "Your password is changed, and your other sessions have ended.",
    "removed": "The second factor is removed.",
    "ended": "The session has ended.",
    "all": "Your other sessions have ended.",
}


async def show(request: web.Request) -> web.Response:
    """The account of who is signed in."""
    return await _page(request, await _session(request))


async def change_password(request: web.Request) -> web.Response:
    """Another password, for who knows the present one; all other sessions end."""
    session, sent = await _session(request), await form(request)
    if field(sent, "new") != field(sent, "again"):
        return await _page(request, session, "The new password and its repetition differ.", 422)
    try:
        password_hash = await asyncio.to_thread(passwords.hashed, field(sent, "new"))
        found = await _prove(request, session, field(sent, "password"))
    except passwords.WeakPassword as fault:
        return await _page(request, session, f"Not changed: {fault}.", 422)
    except RequestRefused as refused:
        return await _page(request, session, refused.explanation, refused.status)
    return await _changed(request, session, found, password_hash)


async def _changed(
    request: web.Request, session: Session, found: Credentials, password_hash: str
) -> web.Response:
    """The session goes on under a new token: whoever copied the old one is out as well."""
    door, origin = request.app[DOOR], request.app[DOOR].origin_of(request)
    async with door.writing.transaction(Actor(found.name, origin.address)) as work:
        await door.sessions.end_within(work, session.who)
        await users.set_password(work, found.name, password_hash)
        identity = Identity(found.name, found.name, found.name, is_strong=session.is_strong)
        token = await door.sessions.open(work, identity, origin)
    response = web.HTTPSeeOther("/account?done=password")
    door.let_in(response, token)
    raise response


async def change_second_factor(request: web.Request) -> web.Response:
    """Another second factor, or none, for who knows the password and has the present one."""
    session, sent = await _session(request), await form(request)
    door, origin = request.app[DOOR], request.app[DOOR].origin_of(request)
    try:
        found = await _prove(request, session, field(sent, "password"))
        async with door.writing.transaction(Actor(found.name, origin.address)) as work:
            if found.has_second_factor:
                await door.second_factors.check(work, found.name, field(sent, "code"))
            if field(sent, "do") == "remove":
                await second_factors.remove(work, found.name)
    except RequestRefused as refused:
        return await _page(request, session, refused.explanation, refused.status)
    if field(sent, "do") == "remove":
        raise web.HTTPSeeOther("/account?done=removed")
    response = web.HTTPSeeOther(code_address("/account"))
    half = await entering.begin_enrolment(door, found, origin)
    door.cookies.give(response, cookies.HALF, half)
    raise response


async def end_sessions(request: web.Request) -> web.Response:
    """End one of one's sessions, or all but this one."""
    session, sent = await _session(request), await form(request)
    door, user = request.app[DOOR], request[USER]
    chosen = field(sent, "session")
    if chosen:
        await door.sessions.end_one(user, chosen, session.who)
    else:
        await door.sessions.end_all(user, session.who, door.token(request))
    raise web.HTTPSeeOther(f"/account?done={'ended' if chosen else 'all'}")


async def _session(request: web.Request) -> Session:
    session = await request.app[DOOR].session(request)
    if session is None:
        raise web.HTTPNotFound
    return session


async def _prove(request: web.Request, session: Session, password: str) -> Credentials:
    """Who sits in front of a session that was left open does not know its password."""
    if session.local_user is None:
        words = "Your password and second factor are kept by the provider that you sign in at."
        raise RequestRefused("Not here", words, 403)
    door = request.app[DOOR]
    return await door.local.check(door.tried(request, session.local_user), password)


async def _page(
    request: web.Request, session: Session, fault: str = "", status: int = 200
) -> web.Response:
    visit, policy = Visit(request), request.app[DOOR].policy
    found = await listed(visit.board.database.query, who=session.who)
    shown = {
        "session": session,
        "sessions": found,
        "has_second_factor": await _has_second_factor(visit, session),
        "must_have": policy.requires_second_factor(session.role),
        "fault": fault,
        "done": TOLD.get(request.query.get("done", ""), ""),
    }
    return visit.page("people/account.html", None, shown, status)


async def _has_second_factor(visit: Visit, session: Session) -> bool:
    found = await users.credentials(visit.board.database.query, session.local_user or "")
    return found is not None and found.has_second_factor


ROUTES = [
    web.get("/account", show),
    web.post("/account/password", change_password),
    web.post("/account/second-factor", change_second_factor),
    web.post("/account/sessions", end_sessions),
]
