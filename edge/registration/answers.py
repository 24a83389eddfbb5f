"""What each refusal is answered, whatever the protocol: its status, and words for people."""

from dataclasses import dataclass, field
from http import HTTPStatus

from edge.problems import Code
from edge.registration.database import Away
from edge.registration.issuing import NotIssued
from edge.registration.requests import BadRequest
from edge.registration.rules import Denied, Refusal

_NOT_THIS_ONE = (
    "The token is wrong, used, too old or not for this till. "
    "'tillstream devices add' makes another."
)
"""The same for all: who guesses learns nothing of which it was."""

_TOKENS = frozenset(
    {
        Refusal.NO_TOKEN,
        Refusal.UNKNOWN_TOKEN,
        Refusal.ANOTHER_TILL,
        Refusal.EXPIRED,
        Refusal.CANCELLED,
        Refusal.OVERTAKEN,
        Refusal.TOKEN_USED_TWICE,
    }
)

_WORDS = {
    Refusal.KEY_OF_ANOTHER: "Another till has this key: make one of your own.",
    Refusal.NO_CERTIFICATE: "Show the certificate that is to be renewed, at TLS.",
    Refusal.UNKNOWN_CERTIFICATE: "This certificate is none that is known here.",
    Refusal.REVOKED: "This device was revoked. 'tillstream devices add' registers it anew.",
    Refusal.REPLACED: "Another device has taken this till's place.",
    Refusal.TOO_OLD: "The certificate ended too long ago: enrol by a new token.",
    Refusal.TOO_OFTEN: "Renewed too often today: use what you were given, or come again tomorrow.",
}

SAID = (Denied, BadRequest, Away, NotIssued)
"""What this service raises to be answered."""

BUSY_SECONDS = 5
"""After how long who was turned away should come again."""


@dataclass(frozen=True, slots=True)
class Saying:
    """An answer in place of a certificate; ``reason`` is for figures."""

    status: HTTPStatus
    code: Code
    words: str
    reason: str
    headers: dict[str, str] = field(default_factory=dict[str, str])


def saying(error: Exception) -> Saying:
    """What is said of ``error``, which is one that this service raises."""
    match error:
        case Denied(reason=reason):
            return _refused(reason)
        case BadRequest():
            return Saying(HTTPStatus.BAD_REQUEST, Code.REQUEST, str(error), "bad_request")
        case Away() | NotIssued():
            words = "The registration cannot answer now: come again."
            wait = {"Retry-After": str(BUSY_SECONDS)}
            reason = "database_away" if isinstance(error, Away) else "not_issued"
            return Saying(HTTPStatus.SERVICE_UNAVAILABLE, Code.UPSTREAM, words, reason, wait)
        case _:
            raise error


def _refused(reason: Refusal) -> Saying:
    if reason in _TOKENS:
        return Saying(HTTPStatus.UNAUTHORIZED, Code.DEVICE, _NOT_THIS_ONE, reason.value)
    status = HTTPStatus.FORBIDDEN
    if reason is Refusal.TOO_OFTEN:
        status = HTTPStatus.TOO_MANY_REQUESTS
    if reason is Refusal.KEY_OF_ANOTHER:
        status = HTTPStatus.BAD_REQUEST
    return Saying(status, Code.DEVICE, _WORDS[reason], reason.value)
