"""The same enrolment as JSON, for those who have no library for EST; and the list of revoked
certificates."""

from typing import Any

from aiohttp import web
from cryptography import x509

from edge.registration.bodies import texts_of
from edge.registration.enrolment import Given, TokenClaim
from edge.registration.office import OFFICE, Office
from edge.registration.requests import read
from edge.registration.tally import counted
from edge.registration.visitors import device_actor
from identity.files import pem

routes = web.RouteTableDef()


@routes.post("/v1/enrol")
async def enrol(request: web.Request) -> web.Response:
    """A till's first certificate, by its token."""
    answer = await counted(request, "enrol", _enrol)
    return web.json_response(_told(request.app[OFFICE], answer))


@routes.get("/crl.pem")
async def revoked(request: web.Request) -> web.Response:
    """Revoked certificates, for tools that know no list of devices."""
    body = await request.app[OFFICE].revocations.pem()
    return web.Response(body=body, content_type="application/x-pem-file")


async def _enrol(request: web.Request) -> Given:
    token, csr = await texts_of(request, "token", "csr")
    office, claim, actor = request.app[OFFICE], TokenClaim(token, None), device_actor(request)
    await office.enrolment.require_known(claim, actor)
    return await office.enrolment.enrol(claim, read(csr.encode()), actor)


def _told(office: Office, answer: Given) -> dict[str, Any]:
    return {
        "certificate": answer.issued.certificate,
        "chain": [_text(each) for each in office.issuer.chain],
        "epoch": answer.issued.epoch,
        "gateway": office.places.gateway_of(answer.issued.location_id),
    }


def _text(certificate: x509.Certificate) -> str:
    return pem([certificate])
