"""The registration's process: settings in, certificates out, until it is asked to stop."""

import asyncio
import hashlib
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from prometheus_client import CollectorRegistry

from clients.registration import RegistrationAccess
from clients.tls import Tls
from edge.registration.desk import Places
from edge.registration.device_list import ListSigner
from edge.registration.issuing import Issuer, OwnIssuer
from edge.registration.metrics import registration_metrics
from edge.registration.office import Office
from edge.registration.server import serving
from edge.registration.step_ca import StepIssuer
from edge.registration.step_tokens import StepTokens
from edge.registration.visitors import tls
from identity import files
from identity.authority import Authority
from identity.errors import IdentityError
from local.checkout import PREFIX
from operations.upkeep.identity import ProcessIdentity
from tillstream.database_roles import REGISTRATION
from tillstream.metrics_server import MetricsServer
from tillstream.settings import Settings, SettingsError


def run(settings: Settings) -> None:
    """Register and issue until SIGTERM or SIGINT; what is under way is finished.

    Raises `SettingsError`. Ends the process with one line where the port is taken.
    """
    registry = CollectorRegistry()
    registry.register(ProcessIdentity("registration", "registration"))
    office = _office(settings, registry)
    told = MetricsServer(settings.metrics_door("registration"), registry)
    try:
        asyncio.run(_serve(settings, office))
    except OSError as fault:
        sys.exit(f"tillstream: the registration cannot be served: {fault}")
    finally:
        told.close()


def access_of(settings: Settings) -> RegistrationAccess:
    """How commands and the board reach it; raises `SettingsError` or `AccessError`."""
    who = Tls(settings.registration_ca, settings.registration_cert, settings.registration_key)
    return RegistrationAccess(settings.require("registration"), who)


async def _serve(settings: Settings, office: Office) -> None:
    own = _named(settings, "registration_cert"), _named(settings, "registration_key")
    context = tls(*own, _named(settings, "registration_ca"), office.issuer.chain)
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with serving(office, settings.host, settings.registration_port, context) as address:
        structlog.get_logger("tillstream.registration").info("registration_serves", address=address)
        await stopping.wait()


def _office(settings: Settings, registry: CollectorRegistry) -> Office:
    postgres, address = settings.postgres_access(REGISTRATION), settings.require("registration")
    try:
        issuer, signer = _issuer(settings), _signer(settings)
    except IdentityError as error:
        raise SettingsError(str(error)) from error
    root = hashlib.sha256(issuer.chain[-1].public_bytes(Encoding.DER)).hexdigest()
    return Office(
        postgres=postgres,
        issuer=issuer,
        signer=signer,
        places=Places(address, settings.gateway, root),
        metrics=registration_metrics(registry),
        clock=lambda: datetime.now(UTC),
    )


def _issuer(settings: Settings) -> Issuer:
    chain = files.read_certificates(_named(settings, "registration_issuing_cert"))
    if not settings.registration_step_ca:
        return OwnIssuer(Authority(chain, _key(settings, "registration_issuing_key")))
    url = settings.registration_step_ca.rstrip("/")
    key = _key(settings, "registration_step_ca_key")
    tokens = StepTokens(url, settings.registration_step_ca_provisioner, key)
    return StepIssuer(url, Tls(_named(settings, "registration_ca")), tokens, chain)


def _signer(settings: Settings) -> ListSigner:
    key = _key(settings, "registration_key")
    certificate = files.pem(files.read_certificates(_named(settings, "registration_cert")))
    return ListSigner(key, certificate)


def _named(settings: Settings, name: str) -> Path:
    given = getattr(settings, name)
    if given is None:
        raise SettingsError(f"the registration needs a file in {PREFIX}{name.upper()}")
    return Path(given)


def _key(settings: Settings, name: str) -> ec.EllipticCurvePrivateKey:
    """A key that nobody else on this machine may read."""
    file = _named(settings, name)
    key = files.read_key(file)
    if files.is_open_to_others(file):
        raise IdentityError(f"others may read the key in {file}: chmod 600")
    return key
