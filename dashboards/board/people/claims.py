"""What an ID token says, once its signature and its claims hold. Pure."""

from typing import Any

import jwt

from dashboards.board.live.visitor import ROLES, RequestRefused, Role
from dashboards.board.people.policy import Provider
from dashboards.board.people.sessions import Identity
from dashboards.board.people.tokens import same

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Signatures by a key of which we hold only the public half. With the HMAC ones, who knows the
client's secret could make tokens; ``none`` would let everybody."""

LEEWAY_SECONDS = 60
"""How far the provider's clock may be from ours. Servers differ by seconds; a token that expired
longer ago was kept by somebody."""

NAME_CLAIMS = ("preferred_username", "email", "name", "sub")

_REQUIRED = ["iss", "aud", "exp", "iat", "sub"]


class NoRole(RequestRefused):
    """The provider knows them, and gives them nothing to do here."""

    def __init__(self, name: str) -> None:
        explanation = f"You are signed in as {name}, but have no role at this board. Ask whoever "
        super().__init__("Not allowed", f"{explanation}keeps the roles of your provider.", 403)


def verified(token: str, keys: dict[str, Any], provider: Provider, nonce: str) -> dict[str, Any]:
    """The claims of the token; raises ``jwt.PyJWTError`` where anything about it is wrong.

    ``keys`` is the provider's JWK set. The token must be signed by one of them, be from the
    issuer, for this client, of this sign-in (``nonce``), and not expired.
    """
    claims: dict[str, Any] = jwt.decode(
        token,
        _key_of(token, keys),
        algorithms=list(ALGORITHMS),
        audience=provider.client_id,
        issuer=provider.issuer,
        leeway=LEEWAY_SECONDS,
        options={"require": _REQUIRED},
    )
    if not same(str(claims.get("nonce", "")), nonce):
        raise jwt.InvalidTokenError("the nonce is of another sign-in")
    party = claims.get("azp", provider.client_id)
    if party != provider.client_id:
        raise jwt.InvalidTokenError(f"the token was made for {party}")
    return claims


def identity_of(claims: dict[str, Any], provider: Provider) -> Identity:
    """Who that is here; raises `NoRole`.

    The name may be changed, or given to another: the log holds the subject, which may not.
    """
    name = next(str(claims[each]) for each in NAME_CLAIMS if claims.get(each))[:100]
    role = _role(claims, provider)
    if role is None:
        raise NoRole(name)
    return Identity(f"{name} <{claims['sub']}>", name, role=role)


def _role(claims: dict[str, Any], provider: Provider) -> Role | None:
    """The highest role among the values of the claim; a path with dots leads into objects."""
    said: Any = claims
    for step in provider.role_claim.split("."):
        said = said.get(step) if isinstance(said, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    values: list[Any] = said if isinstance(said, list) else [said]  # pyright: ignore[reportUnknownVariableType]
    found = {provider.role_of(value) for value in values}
    return next((role for role in reversed(ROLES) if role in found), None)


def _key_of(token: str, keys: dict[str, Any]) -> jwt.PyJWK:
    """The key that the token names; the only one where it names none."""
    known = jwt.PyJWKSet.from_dict(keys).keys
    wanted = jwt.get_unverified_header(token).get("kid")
    fitting = [key for key in known if wanted is None or key.key_id == wanted]
    if len(fitting) != 1:
        raise jwt.InvalidTokenError(f"{len(fitting)} keys of the provider fit the token")
    return fitting[0]
