"""Keys and certificates in files: in PEM, and in the two forms that Java asks for.

A file is replaced in one go, and only its owner can ever read it: the permissions are there
before the first byte.
"""

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from identity.errors import IdentityError

OWNER_ONLY = 0o600

_OTHERS = 0o077
"""What anybody but the owner may do with a file."""

UNFINISHED = ".unfinished"
"""Ends the name of a file that is being written."""

ALIAS = b"tillstream"
"""Of the entry in a Java store; Java wants one, and nobody reads it."""


def write(path: Path, content: bytes) -> None:
    """Replace a file: whoever reads it sees the old content or the new, also after a crash."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
    opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(opened, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def is_open_to_others(path: Path) -> bool:
    """Whether anybody but its owner may do something with the file; raises OSError."""
    return bool(path.stat().st_mode & _OTHERS)


def clear_up(folder: Path) -> None:
    """Delete what writers that were killed have left; no other may be writing there now."""
    for left in folder.glob(f".*{UNFINISHED}"):
        left.unlink()


def write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """The unencrypted key in PEM, as PKCS #8, which Java reads as well."""
    write(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


def write_certificates(path: Path, certificates: Iterable[x509.Certificate]) -> None:
    """Certificates in PEM, in the order given."""
    write(path, pem(certificates).encode())


def pem(certificates: Iterable[x509.Certificate]) -> str:
    """Certificates in PEM, each ending in a newline."""
    return "".join(each.public_bytes(Encoding.PEM).decode() for each in certificates)


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """The key in ``path``; `IdentityError` where it holds none that can be used."""
    try:
        key = load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError) as error:  # the latter where it is encrypted
        raise IdentityError(f"no key in {path}: {error}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise IdentityError(f"the key in {path} is not on an elliptic curve")
    return key


def read_own_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """`read_key`, of a file that nobody else on this machine may read, or `IdentityError`."""
    key = read_key(path)
    if is_open_to_others(path):
        raise IdentityError(f"others may read the key in {path}: chmod 600")
    return key


def read_certificates(path: Path) -> tuple[x509.Certificate, ...]:
    """The certificates in ``path``; `IdentityError` where it holds none."""
    try:
        return tuple(x509.load_pem_x509_certificates(_read(path)))
    except ValueError as error:
        raise IdentityError(f"no certificate in {path}: {error}") from error


def pk8(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key as PostgreSQL's JDBC driver wants it, from a file whose name ends in .pk8."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def key_store(
    key: ec.EllipticCurvePrivateKey, chain: tuple[x509.Certificate, ...], password: str
) -> bytes:
    """An identity as PKCS #12, for Java's servers that read no PEM; ``chain`` begins with it."""
    encryption = BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(ALIAS, key, chain[0], chain[1:], encryption)


def trust_store(authorities: Iterable[x509.Certificate], password: str) -> bytes:
    """Whom to trust, as PKCS #12."""
    entries = [
        pkcs12.PKCS12Certificate(each, b"%s-%d" % (ALIAS, number))
        for number, each in enumerate(authorities)
    ]
    return pkcs12.serialize_java_truststore(entries, BestAvailableEncryption(password.encode()))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise IdentityError(f"{path} cannot be read: {error}") from error


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
