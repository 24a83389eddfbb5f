"""What each refusal is answered, whatever the protocol: its status, and words for people."""

from dataclasses import dataclass, field
from http import HTTPStatus

from edge.pooled import Away
from edge.problems import Code
from edge.registration.issuing import NotIssued
from edge.registration.requests import BadRequest
from edge.registration.rules import Denied, Reason

_NOT_THIS_ONE = (
    "The token is wrong, used, too old or not for this till. "
    "'tillstream devices add' makes another."
)
"""The same for all: who guesses learns nothing of which it was."""

_TOKENS = frozenset(
    {
        Reason.NO_TOKEN,
        Reason.UNKNOWN_TOKEN,
        Reason.ANOTHER_TILL,
        Reason.EXPIRED,
        Reason.CANCELLED,
        Reason.OVERTAKEN,
        Reason.TOKEN_USED_TWICE,
    }
)

_WORDS = {
    Reason.KEY_OF_ANOTHER: "Another till has this key: make one of your own.",
    Reason.NO_CERTIFICATE: "Show the certificate that is to be renewed, at TLS.",
    Reason.UNKNOWN_CERTIFICATE: "This certificate is none that is known here.",
    Reason.REVOKED: "This device was revoked. 'tillstream devices add' registers it anew.",
    Reason.REPLACED: "Another device has taken this till's place.",
    Reason.TOO_OLD: "The certificate ended too long ago: enrol by a new token.",
    Reason.TOO_OFTEN: "Renewed too often today: use what you were given, or come again tomorrow.",
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


def _refused(reason: Reason) -> Saying:
    if reason in _TOKENS:
        return Saying(HTTPStatus.UNAUTHORIZED, Code.DEVICE, _NOT_THIS_ONE, reason.value)
    status = HTTPStatus.FORBIDDEN
    if reason is Reason.TOO_OFTEN:
        status = HTTPStatus.TOO_MANY_REQUESTS
    if reason is Reason.KEY_OF_ANOTHER:
        status = HTTPStatus.BAD_REQUEST
    return Saying(status, Code.DEVICE, _WORDS[reason], reason.value)
