"""A stack has all its identities from the first start on, and mends them at each further one."""

import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from identity import files
from identity.authority import Authority, new_key
from identity.names import ServiceName, StoreName, name_of
from local.vouching import CLIENTS, LIFE, SERVERS, prepare

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {name for name in after if before.get(name) != after[name]}


def test_every_service_has_a_certificate_that_the_authorities_vouch_for(tmp_path: Path) -> None:
    made = prepare(tmp_path)
    for service in (*SERVERS, *CLIENTS):
        chain = files.read_certificates(made.certificate(service))
        assert name_of(chain[0]) == ServiceName(service)
        assert chain[0].public_key() == files.read_key(made.key(service)).public_key()
        own = made.certificate(service)
        done = subprocess.run(
            ["openssl", "verify", "-x509_strict", "-CAfile", made.root[0], "-untrusted", own, own],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_a_store_has_an_identity_of_its_own_and_keeps_it(tmp_path: Path) -> None:
    made = prepare(tmp_path, stores=["shop-1"])
    holder = made.of_store("shop-1")
    chain = files.read_certificates(made.certificate(holder))
    assert name_of(chain[0]) == StoreName("shop-1")
    assert chain[1:] == files.read_certificates(made.authorities)[:1], "by another authority"
    before = _contents(tmp_path)
    prepare(tmp_path, stores=["shop-1"])
    assert not _changed(before, _contents(tmp_path)), "it is made anew at each start"


def test_only_servers_carry_hosts(tmp_path: Path) -> None:
    made = prepare(tmp_path)
    for service in (*SERVERS, *CLIENTS):
        shown = subprocess.run(
            ["openssl", "x509", "-noout", "-text", "-in", made.certificate(service)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        assert ("127.0.0.1" in shown and "localhost" in shown) is (service in SERVERS), service


def test_nobody_else_can_read_anything(tmp_path: Path) -> None:
    prepare(tmp_path / "identities")
    for path in (tmp_path / "identities").rglob("*"):
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    prepare(tmp_path, NOW)
    before = _contents(tmp_path)
    prepare(tmp_path, NOW + timedelta(days=1))
    assert _contents(tmp_path) == before


def test_services_are_renewed_before_they_end_and_the_authority_stays(tmp_path: Path) -> None:
    prepare(tmp_path, NOW)
    before = _contents(tmp_path)
    prepare(tmp_path, NOW + LIFE - timedelta(days=1))
    services = {f"{name}.{end}" for name in (*SERVERS, *CLIENTS) for end in ("pem", "key")}
    assert _changed(before, _contents(tmp_path)) == {*services, "cdc.pk8", "cdc-alone.pem"}


def test_an_authority_near_its_end_is_renewed_with_all_that_it_issued(tmp_path: Path) -> None:
    prepare(tmp_path, NOW)
    before = _contents(tmp_path)
    prepare(tmp_path, NOW + timedelta(days=9 * 365))
    kept = set(before) - _changed(before, _contents(tmp_path))
    assert kept == {"root.pem", "root.key"}


def test_a_clock_that_was_ahead_at_the_first_start_is_mended_at_the_next(tmp_path: Path) -> None:
    prepare(tmp_path, NOW + timedelta(days=365))
    made = prepare(tmp_path, NOW)
    begins = files.read_certificates(made.certificate("kafka"))[0].not_valid_before_utc
    assert begins <= NOW


@pytest.mark.parametrize("lost", ["sink.key", "sink.pem"])
@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"spoilt")])
def test_a_lost_or_spoilt_file_is_made_anew(tmp_path: Path, lost: str, spoil) -> None:
    prepare(tmp_path, NOW)
    before = _contents(tmp_path)
    spoil(tmp_path / lost)
    prepare(tmp_path, NOW)
    assert _changed(before, _contents(tmp_path)) == {"sink.key", "sink.pem"}


def test_a_start_that_was_killed_between_key_and_certificate_is_mended(tmp_path: Path) -> None:
    made = prepare(tmp_path, NOW)
    other = files.read_key(made.key("board"))
    files.write_key(made.key("sink"), other)
    (tmp_path / f".sink.pem.1{files.UNFINISHED}").touch()
    prepare(tmp_path, NOW)
    chain = files.read_certificates(made.certificate("sink"))
    assert chain[0].public_key() == files.read_key(made.key("sink")).public_key()
    assert chain[0].public_key() != other.public_key(), "two services share a key"
    assert not list(tmp_path.glob(f"*{files.UNFINISHED}"))


def test_another_authority_vouches_for_nobody_of_before(tmp_path: Path) -> None:
    made = prepare(tmp_path)
    lost = tmp_path / "lost.pem"
    lost.write_bytes(made.certificate("sink").read_bytes())
    for file in made.issuing:
        file.unlink()
    prepare(tmp_path)
    for certificate, is_trusted in ((made.certificate("sink"), True), (lost, False)):
        done = subprocess.run(
            ["openssl", "verify", "-partial_chain", "-CAfile", made.services, certificate],
            capture_output=True,
        )
        assert (done.returncode == 0) is is_trusted, certificate


def test_who_issues_for_devices_makes_no_service(tmp_path: Path) -> None:
    made = prepare(tmp_path)
    devices = Authority(files.read_certificates(made.devices[0]), files.read_key(made.devices[1]))
    forged = devices.issue(
        new_key().public_key(),
        ServiceName("operator"),
        not_before=datetime.now(UTC),
        not_after=datetime.now(UTC) + timedelta(days=1),
        client=True,
        server=False,
    )
    files.write_certificates(tmp_path / "forged.pem", [forged, *devices.chain[:-1]])
    partial = ("openssl", "verify", "-partial_chain", "-CAfile")
    for certificate, is_trusted in ((made.certificate("operator"), True), ("forged.pem", False)):
        own = tmp_path / certificate
        done = subprocess.run(
            [*partial, made.services, "-untrusted", own, own],
            capture_output=True,
        )
        assert (done.returncode == 0) is is_trusted, certificate


def test_the_key_for_javas_driver_is_the_captures_own(tmp_path: Path) -> None:
    made = prepare(tmp_path)
    shown = subprocess.run(
        ["openssl", "pkey", "-inform", "DER", "-in", made.key_for_java("cdc"), "-pubout"],
        capture_output=True,
        check=True,
    ).stdout
    own = files.read_key(made.key("cdc")).public_key()
    assert shown == own.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
