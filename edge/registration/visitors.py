"""Who asks: the certificate that a connection has shown, judged by us and not by its dates.

TLS verifies that the certificate is our authority's and that the client holds its key, whatever its
dates say: a till whose certificate has ended, or whose clock is a year off, must get through to
renew it. What it may do is judged here and in the tables, request by request.
"""

import ssl
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from aiohttp import web
from cryptography import x509

from edge.problems import Code, Refusal
from edge.registration.records import OnBehalf
from identity.dateless import ignore_dates
from identity.errors import IdentityError
from identity.files import pem
from identity.names import Name, name_of


def tls(
    certificate: Path, key: Path, authorities: Path, issuing: Sequence[x509.Certificate]
) -> ssl.SSLContext:
    """What the server shows, and who may show something: what ``authorities`` vouch for, and
    ``issuing``, which tills do not send along. OSError where a file is unusable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authorities)
    context.load_verify_locations(cadata=pem(issuing))
    context.verify_mode = ssl.CERT_OPTIONAL
    ignore_dates(context)
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.num_tickets = 0  # nobody comes back within minutes
    return context


def shown(request: web.Request) -> x509.Certificate | None:
    """The certificate whose key the client holds; None where it has shown none."""
    opened = request.get_extra_info("ssl_object")
    der = opened.getpeercert(binary_form=True) if opened is not None else None
    return x509.load_der_x509_certificate(der) if der else None


def who_asks(request: web.Request, readers: Sequence[Name], now: datetime) -> Name:
    """Which of ``readers`` asks; `Refusal` (403) where none does, or its certificate has ended."""
    certificate = shown(request)
    if certificate is not None and _is_good(certificate, now):
        with suppress(IdentityError):
            name = name_of(certificate)
            if name in readers:
                return name
    raise Refusal(HTTPStatus.FORBIDDEN, Code.DEVICE, "This is for who may look after devices.")


def _is_good(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc


def device_actor(request: web.Request) -> OnBehalf:
    """Whoever sent a request of a device: what it shows is in what is done."""
    return OnBehalf("a device", request.remote)
