"""Identities of everything that runs in a local stack, made without a question at its first start.

``root/`` holds the key that vouches for the two issuing authorities and is not read again before
these end. One issues for services, the other for devices: whoever takes the registration, which
holds the latter, has no service's name yet. Each service has a certificate with its chain, and a
key. A file that was lost, spoilt or half replaced is made anew at the next start, as is what nears
its end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from identity import files
from identity.authority import Authority, new_key
from identity.errors import IdentityError
from identity.names import ServiceName, StoreName, name_of
from local.identities import Identities
from local.ports import LOOPBACK

HOSTS = (LOOPBACK, "localhost")
"""Where the stack's own servers listen."""

SERVERS = (
    "kafka",
    "postgres",
    "connect",
    "registration",
    "store-api",
    "gateway",
    "till",
    "worker",
    "products",
    "receipts",
    "shadow",
    "sink",
    "webhooks",
    "board",
    "admission",
    "feeds",
    "mirrors",
    "replication",
)
"""Services that somebody connects to: servers, and processes that show their metrics."""

CLIENTS = ("cdc", "client", "metrics", "operator", "owner", "reader", "simulator")
"""Those that only connect: ``client`` is for programs of the user, ``operator`` for commands
given by hand, ``metrics`` for what reads metrics, ``owner`` for migrations of the database,
``cdc`` and ``reader`` for its changes and its analysts."""

CAPTURE = "cdc"
"""Comes from Java's driver for PostgreSQL, which reads a key of its own form."""

ROOT_LIFE = timedelta(days=20 * 365)

ISSUING_LIFE = timedelta(days=10 * 365)

LIFE = timedelta(days=400)
"""Of a service's certificate. They are renewed at a start only: a stack that ran longer would
lose its links one by one."""

RENEW_BEFORE = timedelta(days=200)
"""What ends sooner than so is renewed. Longer renews at every other start; shorter than a stack
stays up leaves it with links that end."""


def prepare(folder: Path, now: datetime | None = None, stores: Sequence[str] = ()) -> Identities:
    """All identities of a stack in ``folder``, made where they are missing or near their end;
    ``stores`` are the locations that have a gateway here."""
    now = now or datetime.now(UTC)
    made = Identities(folder)
    made.root[0].parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    files.clear_up(folder)
    issuing = _issuing(made, made.issuing, "services", now)
    _issuing(made, made.devices, "devices", now)
    _keep(made.authorities, issuing.chain)
    _keep(made.services, issuing.chain[:1])
    _keep_alone(made.services_alone, issuing)
    for service in (*SERVERS, *CLIENTS):
        _Holder(made, service, ServiceName(service), issuing, now).keep()
    for location_id in stores:
        _Holder(made, made.of_store(location_id), StoreName(location_id), issuing, now).keep()
    _keep(made.certificate_alone(CAPTURE), files.read_certificates(made.certificate(CAPTURE))[:1])
    _keep_file(made.key_for_java(CAPTURE), files.pk8(files.read_key(made.key(CAPTURE))))
    return made


def _issuing(made: Identities, places: tuple[Path, Path], of_whom: str, now: datetime) -> Authority:
    kept = _read_authority(*places)
    # Long enough for what is issued at the last start before it is renewed itself.
    if kept is not None and _lasts(kept.certificate, now, 2 * LIFE):
        return kept
    ends = now + ISSUING_LIFE
    name = f"{of_whom} {now:%Y-%m-%d}"
    fresh = _root(made, now).below(name, not_before=now, not_after=ends)
    _write(places, fresh)
    return fresh


def _root(made: Identities, now: datetime) -> Authority:
    kept = _read_authority(*made.root)
    if kept is not None and _lasts(kept.certificate, now, ISSUING_LIFE):
        return kept
    fresh = Authority.root("root", not_before=now, not_after=now + ROOT_LIFE)
    _write(made.root, fresh)
    return fresh


def _read_authority(chain: Path, key: Path) -> Authority | None:
    """What the files hold; None where they are missing, spoilt, or not of one another."""
    try:
        return Authority(files.read_certificates(chain), files.read_key(key))
    except IdentityError:
        return None


def _write(places: tuple[Path, Path], authority: Authority) -> None:
    files.write_key(places[1], authority.key)
    files.write_certificates(places[0], authority.chain)


def _keep(path: Path, certificates: tuple[x509.Certificate, ...]) -> None:
    _keep_file(path, files.pem(certificates).encode())


def _keep_alone(path: Path, issuing: Authority) -> None:
    """It is signed anew with each call, so what is there is kept where it is the same but for
    that."""
    try:
        (kept,) = files.read_certificates(path)
    except (IdentityError, ValueError):
        kept = None
    if kept is None or kept.public_key() != issuing.certificate.public_key():
        files.write_certificates(path, [issuing.alone()])


def _keep_file(path: Path, wanted: bytes) -> None:
    if not path.exists() or path.read_bytes() != wanted:
        files.write(path, wanted)


def _lasts(certificate: x509.Certificate, now: datetime, for_so_long: timedelta) -> bool:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return begins <= now and now + for_so_long <= ends


@dataclass(frozen=True, slots=True)
class _Holder:
    """The files of one service or store, which are called ``service``."""

    made: Identities
    service: str
    name: ServiceName | StoreName
    issuing: Authority
    now: datetime

    def keep(self) -> None:
        """Make key and certificate, unless those that are there still serve."""
        try:
            serves = self._serves()
        except IdentityError:
            serves = False
        if not serves:
            self._make()

    def _serves(self) -> bool:
        chain = files.read_certificates(self.made.certificate(self.service))
        key = files.read_key(self.made.key(self.service))
        return (
            chain[1:] == self._vouching()
            and chain[0].public_key() == key.public_key()
            and name_of(chain[0]) == self.name
            and self._hosts(chain[0]) == self._wanted_hosts()
            and _lasts(chain[0], self.now, RENEW_BEFORE)
        )

    def _make(self) -> None:
        key = new_key()
        certificate = self.issuing.issue(
            key.public_key(),
            self.name,
            not_before=self.now,
            not_after=self.now + LIFE,
            hosts=self._wanted_hosts(),
            client=True,
            server=bool(self._wanted_hosts()),
        )
        files.write_key(self.made.key(self.service), key)
        files.write_certificates(
            self.made.certificate(self.service), (certificate, *self._vouching())
        )

    def _wanted_hosts(self) -> tuple[str, ...]:
        serves = isinstance(self.name, StoreName) or self.service in SERVERS
        return HOSTS if serves else ()

    def _hosts(self, certificate: x509.Certificate) -> tuple[str, ...]:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        addresses = names.get_values_for_type(x509.IPAddress)
        return *map(str, addresses), *names.get_values_for_type(x509.DNSName)

    def _vouching(self) -> tuple[x509.Certificate, ...]:
        """Between the service and the root, which everybody has."""
        return self.issuing.chain[:-1]
