"""Signing in and out."""

from aiohttp import web

from dashboards.board.feed.database import DatabaseAway
from dashboards.board.live.visit import Visit, field
from dashboards.board.live.visitor import USER, RequestRefused
from dashboards.board.people.door import DOOR
from dashboards.board.people.local import NotSignedIn, TooMany
from dashboards.board.people.oidc import OpenIdConnect, SignInFlow, flow_of
from dashboards.board.people.targets import target

FLOW_COOKIE = "tillstream_sign_in"

FLOW_SECONDS = 600
"""How long a sign-in at a provider may take; with a second factor that is looked for, minutes."""

AWAY = "PostgreSQL does not answer: nobody can sign in until it is back."


async def form(request: web.Request) -> web.Response:
    """The sign-in page; who is signed in goes on."""
    wanted = target(request.query.get("next", "/"))
    if request.get(USER) is not None:
        raise web.HTTPSeeOther(wanted)
    return _form(Visit(request), wanted)


async def sign_in(request: web.Request) -> web.Response:
    """With a name and a password."""
    visit, sent = Visit(request), await request.post()
    door, wanted = request.app[DOOR], target(field(sent, "next"))
    if not door.policy.sign_in:
        raise web.HTTPSeeOther(wanted)
    name, password = field(sent, "name"), field(sent, "password")
    try:
        token = await door.local.sign_in(name, password, door.address_of(request))
    except (NotSignedIn, TooMany) as refused:
        return _form(visit, wanted, name, refused.explanation, refused.status)
    except DatabaseAway:
        return _form(visit, wanted, name, AWAY, 503)
    response = web.HTTPSeeOther(wanted)
    door.let_in(response, token)
    raise response


async def sign_out(request: web.Request) -> web.Response:
    """End the session, here and in every tab of this browser."""
    door = request.app[DOOR]
    response = web.HTTPSeeOther("/sign-in")
    if door.policy.sign_in:
        await door.sessions.end(door.token(request), request[USER])
        door.let_out(response)
    raise response


async def leave_for_provider(request: web.Request) -> web.Response:
    """To the OpenID Connect provider."""
    address, flow = await _oidc(request).begin(target(request.query.get("next", "/")))
    response = web.HTTPSeeOther(address)
    cookie = flow.as_cookie()
    request.app[DOOR].set_cookie(response, FLOW_COOKIE, cookie, FLOW_SECONDS, "/sign-in")
    raise response


async def return_from_provider(request: web.Request) -> web.Response:
    """Back from it, with a code."""
    door, oidc = request.app[DOOR], _oidc(request)
    flow: SignInFlow | None = flow_of(request.cookies.get(FLOW_COOKIE, ""))
    if flow is None:
        explanation = "The sign-in took too long, or was begun in another browser. Begin again."
        raise RequestRefused("Not signed in", explanation, 400)
    token = await oidc.finish(dict(request.query), flow, door.address_of(request))
    response = web.HTTPSeeOther(target(flow.next))
    door.let_in(response, token)
    response.del_cookie(FLOW_COOKIE, path="/sign-in")
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
    web.get("/sign-in", form),
    web.post("/sign-in", sign_in),
    web.post("/sign-out", sign_out),
    web.get("/sign-in/oidc", leave_for_provider),
    web.get("/sign-in/oidc/return", return_from_provider),
]
