"""Files that TLS cannot use are named, before a client hangs on them."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from clients.errors import AccessError
from clients.tls import Tls
from tests.certificates import Identity


def test_half_an_identity_is_refused(identity: Identity) -> None:
    with pytest.raises(AccessError, match="name both files"):
        Tls(certificate=identity.certificate)
    with pytest.raises(AccessError, match="name both files"):
        Tls(key=identity.key)


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_authorities_that_are_none_are_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "nobody.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(AccessError, match=f"no authorities in {file}"):
        Tls(file).context()


def test_a_certificate_with_the_key_of_another_is_named(identity: Identity, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    other.write_text("no key")
    with pytest.raises(AccessError, match=f"no identity in {identity.certificate} with {other}"):
        Tls(identity.authority, identity.certificate, other).context()


def test_a_key_under_a_passphrase_is_refused_and_nobody_is_asked(identity: Identity) -> None:
    key = load_pem_private_key(identity.key.read_bytes(), None)
    locked = BestAvailableEncryption(b"passphrase")
    identity.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked))
    with pytest.raises(AccessError, match="the key is encrypted"):
        Tls(identity.authority, identity.certificate, identity.key).context()
