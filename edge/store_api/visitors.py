"""Who asks: a store, by the certificate that its gateway shows.

TLS verifies that the authority for stores and services vouches for the certificate and that the
client holds its key. Which store it is, and whether the certificate is still good, is judged here,
so that who is refused is told why.
"""

import ssl
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from aiohttp import web
from cryptography import x509

from edge.problems import Code, Refusal
from identity.dateless import ignore_dates
from identity.errors import IdentityError
from identity.names import StoreName, name_of

LOCATION = web.RequestKey("location", str)
"""Which store asks, in a request that was let in."""


def tls(certificate: Path, key: Path, authorities: Path) -> ssl.SSLContext:
    """What the server shows, and who comes in: whom ``authorities`` vouch for, each by itself, so
    that a file with the authority for stores alone keeps out whom another one below the same root
    vouches for. OSError where a file is unusable."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    ignore_dates(context)
    context.num_tickets = 0
    return context


def store_asking(request: web.Request, now: datetime) -> str:
    """The location of the store that asks; raises `Refusal` where none does, or its certificate is
    not good now."""
    certificate = _shown(request)
    with suppress(IdentityError):
        name = name_of(certificate)
        if isinstance(name, StoreName):
            return _while_good(certificate, name, now)
    raise Refusal(HTTPStatus.FORBIDDEN, Code.DEVICE, "This is for stores.")


def _while_good(certificate: x509.Certificate, name: StoreName, now: datetime) -> str:
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        words = "This store's certificate is not good now: renew it, or look at the clocks."
        raise Refusal(HTTPStatus.FORBIDDEN, Code.DEVICE, words)
    return name.location_id


def _shown(request: web.Request) -> x509.Certificate:
    """Without one nobody has come in."""
    opened = request.get_extra_info("ssl_object")
    return x509.load_der_x509_certificate(opened.getpeercert(binary_form=True))
