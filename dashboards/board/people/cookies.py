"""Cookies of the board: no script and no other site reads them."""

from aiohttp import web

from dashboards.board.people.policy import AccessPolicy

SESSION = "tillstream_session"
VISIT = "tillstream_visit"
"""A secret of the browser from its first page on, signed in or not: what the tokens in its forms
are made of until a session has begun."""
HALF = "tillstream_half"
"""The token of a sign-in that still owes a code."""
FLOW = "tillstream_sign_in"
"""A sign-in at a provider that is under way."""
BROWSER = "tillstream_browser"
"""See `browsers`."""


class Cookies:
    """Gives, reads and takes them, as the policy has it."""

    def __init__(self, policy: AccessPolicy) -> None:
        self._is_secure = policy.is_secure

    def name(self, name: str) -> str:
        """What the browser calls it. With https, such that no other host and no page without
        https can have set it."""
        return f"__Host-{name}" if self._is_secure else name

    def read(self, request: web.Request, name: str, characters_max: int = 100) -> str:
        """Its value; empty where the browser has none, or one that is too long to be ours."""
        value = request.cookies.get(self.name(name), "")
        return value if len(value) <= characters_max else ""

    def give(
        self, response: web.StreamResponse, name: str, value: str, seconds: float | None = None
    ) -> None:
        """Have the browser keep it for so long; without ``seconds``, until it is closed."""
        response.set_cookie(
            self.name(name),
            value,
            max_age=None if seconds is None else int(seconds),
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self._is_secure,
        )

    def take(self, response: web.StreamResponse, name: str) -> None:
        """Have the browser forget it."""
        response.del_cookie(
            self.name(name), path="/", secure=self._is_secure, httponly=True, samesite="Lax"
        )
