"""The registration's process: settings in, certificates out, until it is asked to stop."""

import asyncio
import hashlib
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.serialization import Encoding

from clients.registration import RegistrationAccess
from clients.tls import Tls
from edge.registration.desk import Places
from edge.registration.issuing import Issuer, OwnIssuer
from edge.registration.metrics import RegistrationMetrics, registration_metrics
from edge.registration.office import Office
from edge.registration.server import serving
from edge.registration.step_ca import StepIssuer
from edge.registration.step_tokens import StepTokens
from edge.registration.visitors import tls
from edge.signed_list import ListSigner
from identity import files
from identity.authority import Authority
from tillstream.database_roles import REGISTRATION
from tillstream.process import measured, stop_asked
from tillstream.settings import Settings


def run(settings: Settings) -> None:
    """Register and issue until SIGTERM or SIGINT; what is under way is finished.

    Raises `SettingsError` and `IdentityError`. Ends the process with one line where the port is
    taken.
    """
    settings = settings.as_service(REGISTRATION.service)
    office = _office(settings)
    with measured(settings, "registration", "registration") as registry:
        try:
            asyncio.run(_serve(settings, office(registration_metrics(registry))))
        except OSError as fault:
            sys.exit(f"tillstream: the registration cannot be served: {fault}")


def access_of(settings: Settings) -> RegistrationAccess:
    """How commands and the board reach it; raises `SettingsError` or `AccessError`."""
    who = Tls(settings.registration_ca, settings.registration_cert, settings.registration_key)
    return RegistrationAccess(settings.require("registration"), who)


async def _serve(settings: Settings, office: Office) -> None:
    certificate, key, authorities = _files(settings, "cert", "key", "ca")
    context = tls(certificate, key, authorities, office.issuer.chain)
    stopping = stop_asked()
    async with serving(office, settings.host, settings.registration_port, context) as address:
        structlog.get_logger("tillstream.registration").info("registration_serves", address=address)
        await stopping.wait()


def _office(settings: Settings) -> Callable[[RegistrationMetrics], Office]:
    postgres, address = settings.postgres_access(REGISTRATION), settings.require("registration")
    issuer, signer = _issuer(settings), _signer(settings)
    root = hashlib.sha256(issuer.chain[-1].public_bytes(Encoding.DER)).hexdigest()
    return lambda metrics: Office(
        postgres=postgres,
        issuer=issuer,
        signer=signer,
        places=Places(address, settings.gateways(), root, settings.registration_relays()),
        metrics=metrics,
        clock=lambda: datetime.now(UTC),
    )


def _issuer(settings: Settings) -> Issuer:
    (issuing,) = _files(settings, "issuing_cert")
    chain = files.read_certificates(issuing)
    if not settings.registration_step_ca:
        (key,) = _files(settings, "issuing_key")
        return OwnIssuer(Authority(chain, files.read_own_key(key)))
    url = settings.registration_step_ca.rstrip("/")
    key, authorities = _files(settings, "step_ca_key", "ca")
    name = settings.registration_step_ca_provisioner
    return StepIssuer(url, Tls(authorities), StepTokens(url, name, files.read_own_key(key)), chain)


def _signer(settings: Settings) -> ListSigner:
    certificate, key = _files(settings, "cert", "key")
    return ListSigner(files.read_own_key(key), files.pem(files.read_certificates(certificate)))


def _files(settings: Settings, *names: str) -> Sequence[Path]:
    return settings.files("registration", *(f"registration_{name}" for name in names))
