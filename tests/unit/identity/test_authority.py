"""What the authority issues is accepted by ordinary tools, and for its purpose only."""

import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from identity import files
from identity.authority import CLOCK_SLACK, Authority, new_key
from identity.errors import IdentityError
from identity.names import ServiceName, TillName

DAY = timedelta(days=1)

BOARD = ServiceName("board")


def _issue(issuing: Authority, now: datetime, **given: object) -> x509.Certificate:
    arguments: dict[str, object] = {
        "not_before": now,
        "not_after": now + DAY,
        "hosts": ("127.0.0.1", "localhost"),
        "client": True,
        "server": True,
    }
    public_key = new_key().public_key()
    return issuing.issue(public_key, BOARD, **(arguments | given))  # type: ignore[arg-type]


def _openssl(folder: Path, root: Authority, issuing: Authority, leaf: x509.Certificate, *more: str):
    files.write_certificates(folder / "root.pem", root.chain)
    files.write_certificates(folder / "issuing.pem", issuing.chain[:1])
    files.write_certificates(folder / "leaf.pem", [leaf])
    chain = ("-CAfile", "root.pem", "-untrusted", "issuing.pem", "leaf.pem")
    return subprocess.run(
        ["openssl", "verify", "-x509_strict", *more, *chain],
        cwd=folder,
        capture_output=True,
        text=True,
    )


def test_openssl_accepts_the_chain(
    tmp_path: Path, root: Authority, issuing: Authority, now: datetime
) -> None:
    leaf = _issue(issuing, now)
    for purpose in ("sslclient", "sslserver"):
        done = _openssl(tmp_path, root, issuing, leaf, "-purpose", purpose)
        assert done.returncode == 0, done.stdout + done.stderr


def test_openssl_refuses_another_authoritys(
    tmp_path: Path, issuing: Authority, now: datetime
) -> None:
    foreign = Authority.root("root", not_before=now, not_after=now + 100 * DAY)
    done = _openssl(tmp_path, foreign, issuing, _issue(issuing, now))
    assert done.returncode != 0, "a foreign root of the same name vouched for it"


def test_a_till_is_nobodys_server(
    tmp_path: Path, root: Authority, issuing: Authority, now: datetime
) -> None:
    key = new_key().public_key()
    name = TillName("shop-01", "3")
    till = issuing.issue(key, name, not_before=now, not_after=now + DAY, client=True, server=False)
    assert _openssl(tmp_path, root, issuing, till, "-purpose", "sslclient").returncode == 0
    assert _openssl(tmp_path, root, issuing, till, "-purpose", "sslserver").returncode != 0
    with pytest.raises(IdentityError, match="nobody's server"):
        issuing.issue(key, name, not_before=now, not_after=now + DAY, client=True, server=True)


def test_the_verifier_of_the_library_accepts_a_server_at_its_host_only(
    root: Authority, issuing: Authority, now: datetime
) -> None:
    policy = PolicyBuilder().store(Store(list(root.chain))).time(now)
    leaf = _issue(issuing, now)
    local = policy.build_server_verifier(x509.DNSName("localhost"))
    assert local.verify(leaf, list(issuing.chain[:1]))[-1] == root.certificate
    elsewhere = policy.build_server_verifier(x509.DNSName("elsewhere.example"))
    with pytest.raises(VerificationError):
        elsewhere.verify(leaf, list(issuing.chain[:1]))


def test_a_certificate_says_what_it_is_for_and_whose_key_signed_it(
    issuing: Authority, now: datetime
) -> None:
    found = _issue(issuing, now, server=False).extensions
    purposes = found.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    usage = found.get_extension_for_class(x509.KeyUsage)
    assert usage.critical and usage.value.digital_signature and not usage.value.key_cert_sign
    of_issuer = issuing.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    by = found.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
    assert by == of_issuer.value.digest
    assert found.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest != by


def test_it_begins_a_little_before_it_is_issued_and_has_a_number_of_its_own(
    issuing: Authority, now: datetime
) -> None:
    one, two = _issue(issuing, now), _issue(issuing, now)
    assert one.not_valid_before_utc == now - CLOCK_SLACK
    assert one.not_valid_after_utc == now + DAY
    assert one.serial_number != two.serial_number


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP256K1()),
        ed25519.Ed25519PrivateKey.generate(),
        rsa.generate_private_key(65537, 1024),  # noqa: S505 - weakness is the point
    ],
)
def test_a_key_of_another_kind_is_refused(key: ec.EllipticCurvePrivateKey, issuing: Authority):
    now = issuing.certificate.not_valid_before_utc + CLOCK_SLACK
    with pytest.raises(IdentityError, match="P-256"):
        issuing.issue(
            key.public_key(), BOARD, not_before=now, not_after=now + DAY, client=True, server=False
        )


def test_nothing_outlives_its_authority(issuing: Authority, now: datetime) -> None:
    with pytest.raises(IdentityError, match="outlive"):
        _issue(issuing, now, not_after=now + 51 * DAY)
    with pytest.raises(IdentityError, match="outlive"):
        issuing.below("next", not_before=now, not_after=now + 51 * DAY)


def test_a_certificate_for_nothing_is_refused(issuing: Authority, now: datetime) -> None:
    with pytest.raises(IdentityError, match="for a client, a server, or both"):
        _issue(issuing, now, client=False, server=False)


def test_an_authority_with_another_ones_key_is_refused(root: Authority, issuing: Authority) -> None:
    with pytest.raises(IdentityError, match="belongs to another certificate"):
        Authority(issuing.chain, root.key)


def test_no_message_shows_the_key(root: Authority) -> None:
    assert "key" not in repr(root).replace("KeyIdentifier", "")
