"""The gateway's side: proves a request, or says why it is refused."""

import hmac
from datetime import UTC, datetime
from hashlib import sha256
from http import HTTPStatus
from typing import NamedTuple

from edge.problems import Code, Refusal
from edge.signing import keys
from edge.signing.nonces import Nonces, NoncesError, NonceVerdict
from edge.signing.profile import AGE_SECONDS_MAX, Request, signature_base
from edge.signing.reading import Lines, NotInProfile, SignatureClaim, read

_RETRY_AFTER_SECONDS = "1"

ASKED = {"WWW-Authenticate": 'Signature realm="tillstream"'}
"""RFC 9110 wants to know by which scheme one may come in."""


class Received(NamedTuple):
    """A request as it arrived; ``target`` is the path with its query as on the wire, and
    ``certificate`` the DER of the device's on this connection, None where it showed none."""

    method: str
    target: str
    lines: Lines
    body: bytes
    certificate: bytes | None


class Verifier:
    """Lets each signed request in once. One thread's only."""

    def __init__(self, nonces: Nonces) -> None:
        self._nonces = nonces

    async def verify(self, received: Received) -> None:
        """Return where the request is proven and new.

        The cheap checks come first, and the nonce last: only a request that passes all others
        spends it. Raises `Refusal`.
        """
        holder = _holder(received.certificate)
        try:
            claim = read(received.lines)
        except NotInProfile as error:
            raise _refused(Code.SIGNATURE, f"{error}.") from error
        if not hmac.compare_digest(claim.key_id, holder.key_id):
            raise _refused(Code.DEVICE, "The keyid is not of this connection's certificate.")
        self._check_age(claim)
        _check_body(claim, received.body)
        _check_signature(claim, received, holder)
        await self._spend(claim)

    def _check_age(self, claim: SignatureClaim) -> None:
        if abs(self._nonces.now() - claim.created) > AGE_SECONDS_MAX:
            raise self._stale()

    def _stale(self) -> Refusal:
        now = datetime.fromtimestamp(self._nonces.now(), UTC)
        return _refused(
            Code.STALE,
            f"Signed more than {AGE_SECONDS_MAX} s ago or ahead of time, or before this server "
            "can tell new requests from old ones: sign again by server_time.",
            server_time=now.isoformat().replace("+00:00", "Z"),
        )

    async def _spend(self, claim: SignatureClaim) -> None:
        try:
            verdict = await self._nonces.spend(claim.key_id, claim.nonce, claim.created)
        except NoncesError as error:
            raise _busy(f"This server cannot tell new requests from old ones: {error}.") from error
        if verdict is NonceVerdict.REPEATED:
            raise _refused(Code.REPEATED, "The nonce was used before: sign again with another.")
        if verdict is NonceVerdict.FORGOTTEN:
            raise self._stale()
        if verdict is NonceVerdict.FULL:
            raise _busy("Too many requests within ten minutes.")


def _holder(certificate: bytes | None) -> keys.Holder:
    if certificate is None:
        raise _refused(Code.DEVICE, "This connection shows no device's certificate.")
    try:
        return keys.holder_of(certificate)
    except keys.WrongKey as error:
        raise _refused(Code.DEVICE, f"{error}.") from error


def _check_body(claim: SignatureClaim, body: bytes) -> None:
    if not hmac.compare_digest(claim.digest_bytes, sha256(body).digest()):
        raise _refused(Code.SIGNATURE, "The body is not that of its Content-Digest.")


def _check_signature(claim: SignatureClaim, received: Received, holder: keys.Holder) -> None:
    request = Request(received.method, received.target, claim.digest)
    try:
        signed = signature_base(request, claim.components, claim.terms)
    except UnicodeEncodeError as error:
        raise _refused(Code.SIGNATURE, "Method, path and query must be ASCII.") from error
    if not keys.holds(holder.key, claim.signature, signed):
        raise _refused(Code.SIGNATURE, "The signature does not hold.")


def _refused(code: Code, detail: str, **more: str) -> Refusal:
    return Refusal(HTTPStatus.UNAUTHORIZED, code, detail, more, ASKED)


def _busy(detail: str) -> Refusal:
    headers = {"Retry-After": _RETRY_AFTER_SECONDS}
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, Code.BUSY, detail, headers=headers)
