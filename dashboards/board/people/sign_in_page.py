"""Signing in and out."""

from aiohttp import web

from dashboards.board.feed.database import DatabaseAway
from dashboards.board.live.visit import Visit, field, form
from dashboards.board.live.visitor import USER, RequestRefused
from dashboards.board.people import cookies, entering
from dashboards.board.people.door import DOOR
from dashboards.board.people.oidc import OpenIdConnect, SignInFlow, flow_of
from dashboards.board.people.targets import code_address, target

FLOW_SECONDS = 600
"""How long a sign-in at a provider may take; with a second factor that is looked for, minutes."""

FLOW_CHARACTERS_MAX = 2_000
"""Three secrets and an address."""

AWAY = "PostgreSQL does not answer: nobody can sign in until it is back."


async def show(request: web.Request) -> web.Response:
    """The sign-in page; who is signed in goes on."""
    wanted = target(request.query.get("next", "/"))
    if request.get(USER) is not None:
        raise web.HTTPSeeOther(wanted)
    return _form(Visit(request), wanted)


async def sign_in(request: web.Request) -> web.Response:
    """With a name and a password."""
    visit, sent = Visit(request), await form(request)
    door, wanted = request.app[DOOR], target(field(sent, "next"))
    if not door.policy.sign_in:
        raise web.HTTPSeeOther(wanted)
    tried = door.tried(request, field(sent, "name"))
    try:
        entered = await entering.with_password(
            door, tried, field(sent, "password"), door.origin_of(request)
        )
    except RequestRefused as refused:
        return _form(visit, wanted, tried.name, refused.explanation, refused.status)
    except DatabaseAway:
        return _form(visit, wanted, tried.name, AWAY, 503)
    if not entered.session:
        response = web.HTTPSeeOther(code_address(wanted))
        door.cookies.give(response, cookies.HALF, entered.half)
        raise response
    response = web.HTTPSeeOther(wanted)
    door.let_in(response, entered.session)
    door.know_browser(request, response, tried.name)
    raise response


async def sign_out(request: web.Request) -> web.Response:
    """End the session, here and in every tab of this browser, and at the provider."""
    door, away = request.app[DOOR], ""
    if door.policy.sign_in:
        session = await door.session(request)
        await door.sessions.end(door.token(request), request[USER])
        if door.oidc is not None and session is not None and session.local_user is None:
            away = await door.oidc.leave()
    response = web.HTTPSeeOther(away or "/sign-in")
    door.let_out(response)
    raise response


async def leave_for_provider(request: web.Request) -> web.Response:
    """To the OpenID Connect provider."""
    address, flow = await _oidc(request).begin(target(request.query.get("next", "/")))
    response = web.HTTPSeeOther(address)
    request.app[DOOR].cookies.give(response, cookies.FLOW, flow.as_cookie(), FLOW_SECONDS)
    raise response


async def return_from_provider(request: web.Request) -> web.Response:
    """Back from it, with a code."""
    door, oidc = request.app[DOOR], _oidc(request)
    kept = door.cookies.read(request, cookies.FLOW, FLOW_CHARACTERS_MAX)
    flow: SignInFlow | None = flow_of(kept)
    if flow is None:
        explanation = "The sign-in took too long, or was begun in another browser. Begin again."
        raise RequestRefused("Not signed in", explanation, 400)
    identity = await oidc.finish(dict(request.query), flow)
    response = web.HTTPSeeOther(target(flow.next))
    door.let_in(response, await entering.with_identity(door, identity, door.origin_of(request)))
    door.cookies.take(response, cookies.FLOW)
    raise response


def _oidc(request: web.Request) -> OpenIdConnect:
    oidc = request.app[DOOR].oidc
    if oidc is None:
        raise web.HTTPNotFound
    return oidc


def _form(
    visit: Visit, wanted: str, name: str = "", fault: str = "", status: int = 200
) -> web.Response:
    provider = visit.request.app[DOOR].policy.provider
    shown = {
        "next": wanted,
        "name": name[:64],
        "fault": fault,
        "provider": provider.issuer.partition("://")[2].rstrip("/") if provider else "",
    }
    return visit.page("people/sign_in.html", None, shown, status)


ROUTES = [
    web.get("/sign-in", show),
    web.post("/sign-in", sign_in),
    web.post("/sign-out", sign_out),
    web.get("/sign-in/oidc", leave_for_provider),
    web.get("/sign-in/oidc/return", return_from_provider),
]
