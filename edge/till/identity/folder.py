"""The till's identity on its disk: one folder for each, and a file that names the one that counts.

A candidate is made beside the identity that is in use, each file synced, and becomes the one in use
by the change of one file. Whatever is interrupted, there is the old one or the new one, and a key
is on the disk before anybody has heard of it: a lost answer is asked for again with the same key.
"""

import hashlib
import shutil
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from edge.proxy.peer import TillIdentity, load
from edge.till.identity.voucher import TillVoucher
from identity import files
from identity.authority import new_key
from identity.errors import IdentityError
from topics import scalars as s

CURRENT = "current"
KEY, CERTIFICATE, AUTHORITIES = "device.key", "device.pem", "ca.pem"
VOUCHER, DEVICE = "voucher.json", "device.json"
SOLD_BY = "sold-by"
"""Is in the folder of a candidate that the till sells by before it has enrolled."""


class DeviceRecord(msgspec.Struct, frozen=True):
    """What the till was told with its certificate."""

    epoch: s.Epoch
    gateway: str
    registration: str


class DeviceIdentity(NamedTuple):
    """The identity in use, or one that is tried; ``gateway`` of the record is "" for none."""

    record: DeviceRecord
    till: TillIdentity
    begins: datetime
    ends: datetime
    folder: Path

    @property
    def certificate_sha256(self) -> bytes:
        """By which the day of renewal is drawn."""
        return hashlib.sha256(self.till.certificate).digest()


class IdentityCandidate(NamedTuple):
    """An identity that is being made; its key is on the disk."""

    folder: Path
    key: ec.EllipticCurvePrivateKey

    @property
    def root(self) -> Path:
        """The file with the root that it trusts."""
        return self.folder / AUTHORITIES

    def fill(self, certificates: list[x509.Certificate], record: DeviceRecord) -> DeviceIdentity:
        """Keep what was given; raises `IdentityError`."""
        files.write_certificates(self.folder / CERTIFICATE, certificates)
        files.write(self.folder / DEVICE, msgspec.json.encode(record))
        return read_identity(self.folder)


class IdentityFolder:
    """One till's identities."""

    def __init__(self, path: Path) -> None:
        """Make the folder where it is not there."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path

    def current(self) -> DeviceIdentity | None:
        """The identity in use, None before the first; raises `IdentityError`."""
        named = self._path / CURRENT
        if not named.exists():
            return None
        return read_identity(self._path / Path(named.read_text()).name)

    def expect(self, voucher: TillVoucher) -> None:
        """Keep a voucher, and the key that will use it. Another that waits is given up."""
        folder = self._path / _name_of(voucher)
        self._key_in(folder)
        files.write(folder / VOUCHER, msgspec.json.encode(voucher))
        for each in self._waiting():
            if each != folder:
                self.give_up(each)

    def expected(self) -> tuple[TillVoucher, IdentityCandidate] | None:
        """The voucher that waits, with its candidate."""
        for folder in self._waiting():
            voucher = msgspec.json.decode((folder / VOUCHER).read_bytes(), type=TillVoucher)
            return voucher, IdentityCandidate(folder, files.read_own_key(folder / KEY))
        return None

    def _waiting(self) -> list[Path]:
        return sorted(each.parent for each in self._path.glob(f"*/{VOUCHER}"))

    def sell_by(self, candidate: IdentityCandidate) -> None:
        """Note that the till sells by a candidate."""
        if not self.is_sold_by(candidate):
            files.write(candidate.folder / SOLD_BY, b"")

    def is_sold_by(self, candidate: IdentityCandidate) -> bool:
        """Whether it does."""
        return (candidate.folder / SOLD_BY).exists()

    def renewal(self, of: DeviceIdentity) -> IdentityCandidate:
        """The candidate that is to follow an identity: the same one each time."""
        folder = self._folder_after(of)
        return IdentityCandidate(folder, self._key_in(folder))

    def _folder_after(self, of: DeviceIdentity) -> Path:
        return self._path / f"after-{of.certificate_sha256.hex()[:16]}"

    def _key_in(self, folder: Path) -> ec.EllipticCurvePrivateKey:
        folder.mkdir(mode=0o700, exist_ok=True)
        if not (folder / KEY).exists():
            files.write_key(folder / KEY, new_key())
        return files.read_own_key(folder / KEY)

    def use(self, identity: DeviceIdentity) -> None:
        """From now on it is the one in use; what was before is removed, with its key."""
        files.write(self._path / CURRENT, identity.folder.name.encode())
        self.clear_up()

    def give_up(self, folder: Path) -> None:
        """Remove a candidate."""
        (folder / VOUCHER).unlink(missing_ok=True)
        shutil.rmtree(folder)

    def clear_up(self) -> None:
        """Remove what an end in the middle has left, but for candidates that go on."""
        files.clear_up(self._path)
        current = self.current()
        if current is None:
            return
        (current.folder / VOUCHER).unlink(missing_ok=True)
        kept = {current.folder, *self._waiting(), self._folder_after(current)}
        for each in self._path.iterdir():
            if each.is_dir() and each not in kept:
                shutil.rmtree(each)


def read_identity(folder: Path) -> DeviceIdentity:
    """The identity in a folder; raises `IdentityError`."""
    till = load(folder / CERTIFICATE, folder / KEY, folder / AUTHORITIES)
    try:
        record = msgspec.json.decode((folder / DEVICE).read_bytes(), type=DeviceRecord)
    except (OSError, msgspec.MsgspecError) as error:
        raise IdentityError(f"no identity in {folder}: {error}") from error
    own = x509.load_der_x509_certificate(till.certificate)
    return DeviceIdentity(record, till, own.not_valid_before_utc, own.not_valid_after_utc, folder)


def root_in(identity: DeviceIdentity) -> x509.Certificate:
    """The root that this till was told to trust."""
    return files.read_certificates(identity.till.authorities)[0]


def is_root(certificate: x509.Certificate, ca_sha256: str) -> bool:
    """Whether it is the certificate with that SHA-256, in hex."""
    return hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest() == ca_sha256.lower()


def _name_of(voucher: TillVoucher) -> str:
    token = hashlib.sha256(voucher.token.encode()).hexdigest()
    return f"epoch-{voucher.epoch}-{token[:16]}"
