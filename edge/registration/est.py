"""Enrolment over Secure Transport (RFC 7030), as many a till's maker has it in a library."""

import base64
import binascii
from collections.abc import Sequence

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from edge.registration.bodies import body_of
from edge.registration.enrolment import Given, TokenClaim
from edge.registration.office import OFFICE
from edge.registration.requests import read
from edge.registration.rules import Denied, Reason
from edge.registration.tally import counted
from edge.registration.visitors import device_actor, shown
from identity.errors import IdentityError
from identity.names import TillName

ROOT = "/.well-known/est"

routes = web.RouteTableDef()


@routes.get(f"{ROOT}/cacerts")
async def cacerts(request: web.Request) -> web.Response:
    """Whom to trust: the issuing authority and the root."""
    return _certificates(request.app[OFFICE].issuer.chain, "application/pkcs7-mime")


@routes.get(f"{ROOT}/csrattrs")
async def csrattrs(_: web.Request) -> web.Response:
    """What a request should ask for: nothing, since only its key counts."""
    return web.Response(status=204)


@routes.post(f"{ROOT}/simpleenroll")
async def simpleenroll(request: web.Request) -> web.Response:
    """A till's first certificate, by its token."""
    return _issued(await counted(request, "enrol", _enrol))


@routes.post(f"{ROOT}/simplereenroll")
async def simplereenroll(request: web.Request) -> web.Response:
    """The next certificate, by the one before."""
    return _issued(await counted(request, "renew", _renew))


async def _enrol(request: web.Request) -> Given:
    office, claim = request.app[OFFICE], _claim(request.headers.get("Authorization", ""))
    actor = device_actor(request)
    # Who has no token is told so at once: clients send the first request without.
    await office.enrolment.require_known(claim, actor)
    return await office.enrolment.enrol(claim, read(await body_of(request)), actor)


async def _renew(request: web.Request) -> Given:
    wanted = read(await body_of(request))
    return await request.app[OFFICE].enrolment.renew(shown(request), wanted, device_actor(request))


def _claim(authorization: str) -> TokenClaim:
    """The till and token of HTTP Basic; raises `Denied`."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise Denied(Reason.NO_TOKEN)
    try:
        user, colon, token = base64.b64decode(encoded, validate=True).decode().partition(":")
        location_id, _, till_id = user.partition("/")
        till = TillName(location_id, till_id)
    except (binascii.Error, UnicodeDecodeError, IdentityError) as error:
        raise Denied(Reason.UNKNOWN_TOKEN) from error
    if not colon:
        raise Denied(Reason.UNKNOWN_TOKEN)
    return TokenClaim(token, till)


def _issued(answer: Given) -> web.Response:
    certificate = x509.load_pem_x509_certificate(answer.issued.certificate.encode())
    return _certificates([certificate], "application/pkcs7-mime; smime-type=certs-only")


def _certificates(certificates: Sequence[x509.Certificate], content_type: str) -> web.Response:
    der = pkcs7.serialize_certificates(list(certificates), Encoding.DER)
    headers = {"Content-Type": content_type, "Content-Transfer-Encoding": "base64"}
    # In one line (RFC 8951): there are clients that stumble over a second.
    return web.Response(body=base64.b64encode(der), headers=headers)
