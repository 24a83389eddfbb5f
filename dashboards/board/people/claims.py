"""What an ID token says, once its signature and its claims hold. Pure."""

import hashlib
import unicodedata
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

NAME_CHARACTERS_MAX = 50
SUBJECT_CHARACTERS_MAX = 64
"""Both together fit where people are named beside what they did, which takes 128."""

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

    The name may be changed, given to another, or chosen to look like somebody else's: whatever is
    kept or shown to others has the subject beside it, and no local user is called so.
    """
    told = (_shown(str(claims.get(each) or "")) for each in NAME_CLAIMS)
    name = next(filter(None, told), "somebody")
    role = _role(claims, provider)
    if role is None:
        raise NoRole(name)
    return Identity(f"{name} <{_subject(str(claims['sub']))}>", name, role=role)


def _shown(name: str) -> str:
    """A name without what is not seen, or would end it."""
    plain = "".join(each if _is_seen(each) else " " for each in unicodedata.normalize("NFKC", name))
    return " ".join(plain.split())[:NAME_CHARACTERS_MAX]


def _is_seen(character: str) -> bool:
    # Marks that turn the direction of writing are of category C, as are NUL and surrogates.
    return unicodedata.category(character)[0] != "C" and character not in "<>"


def _subject(subject: str) -> str:
    """As it is; one that is longer or odd by its hash, which is as unmistakable."""
    plain = subject.isascii() and subject.isprintable() and not set("<> ") & set(subject)
    if plain and len(subject) <= SUBJECT_CHARACTERS_MAX:
        return subject
    return hashlib.sha256(subject.encode(errors="surrogatepass")).hexdigest()


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
