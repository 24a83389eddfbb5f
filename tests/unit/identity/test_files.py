"""Files hold what was written, whole or not at all, for their owner only."""

import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_der_private_key,
    pkcs12,
)

from identity import files
from identity.authority import Authority, new_key
from identity.errors import IdentityError
from identity.names import ServiceName

PASSWORD = "of the store"


def test_what_was_written_is_read(tmp_path: Path, issuing: Authority) -> None:
    files.write_key(tmp_path / "a.key", issuing.key)
    files.write_certificates(tmp_path / "a.pem", issuing.chain)
    assert files.read_key(tmp_path / "a.key").private_numbers() == issuing.key.private_numbers()
    assert files.read_certificates(tmp_path / "a.pem") == issuing.chain


def test_java_and_openssl_can_read_the_key(tmp_path: Path, issuing: Authority) -> None:
    files.write_key(tmp_path / "a.key", issuing.key)
    assert (tmp_path / "a.key").read_text().startswith("-----BEGIN PRIVATE KEY-----\n")


def test_nobody_but_the_owner_can_read_a_file_that_replaces_an_open_one(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    path.touch(mode=0o666)
    files.write(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_is_its_owners_from_the_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(_opened: int) -> None:
        (unfinished,) = tmp_path.iterdir()
        modes.append(stat.S_IMODE(unfinished.stat().st_mode))
        raise OSError("the disk is gone")

    modes: list[int] = []
    monkeypatch.setattr("os.fsync", look)
    with pytest.raises(OSError, match="the disk is gone"):
        files.write(tmp_path / "a.key", b"secret")
    assert modes == [0o600]
    assert not list(tmp_path.iterdir()), "half a file was left"


def test_what_a_killed_writer_left_is_cleared_up(tmp_path: Path) -> None:
    (tmp_path / f".a.key.1234{files.UNFINISHED}").touch()
    files.write(tmp_path / "a.key", b"secret")
    files.clear_up(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["a.key"]


def test_a_file_that_holds_something_else_is_named(tmp_path: Path) -> None:
    path = tmp_path / "spoilt"
    path.write_text("-----BEGIN PRIVATE KEY-----\nspoilt\n")
    for read in (files.read_key, files.read_certificates):
        with pytest.raises(IdentityError, match="spoilt"):
            read(path)
        with pytest.raises(IdentityError, match="missing cannot be read"):
            read(tmp_path / "missing")


def test_an_encrypted_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    form = (Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"passphrase"))
    path.write_bytes(new_key().private_bytes(*form))
    with pytest.raises(IdentityError, match="encrypted"):
        files.read_key(path)


def test_the_jdbc_drivers_form_holds_the_same_key() -> None:
    key = new_key()
    loaded = load_der_private_key(files.pk8(key), password=None)
    assert loaded.public_key() == key.public_key()


def test_the_stores_for_java_hold_identity_and_authorities(
    issuing: Authority, now: datetime
) -> None:
    key = new_key()
    own = issuing.issue(
        key.public_key(),
        ServiceName("connect"),
        not_before=now,
        not_after=now + timedelta(days=1),
        client=True,
        server=True,
    )
    store = files.key_store(key, (own, *issuing.chain), PASSWORD)
    held, certificate, others = pkcs12.load_key_and_certificates(store, PASSWORD.encode())
    assert held is not None and held.public_key() == key.public_key()
    assert (certificate, tuple(others)) == (own, issuing.chain)
    trusted = pkcs12.load_pkcs12(files.trust_store(issuing.chain, PASSWORD), PASSWORD.encode())
    assert tuple(each.certificate for each in trusted.additional_certs) == issuing.chain
