"""Ordinary tools refuse what the revocation list names, and nothing else."""

import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from identity import files
from identity.authority import Authority, new_key
from identity.names import TillName
from identity.revoked import revocation_list

DAY = timedelta(days=1)


def _till(issuing: Authority, till_id: str, now: datetime) -> x509.Certificate:
    return issuing.issue(
        new_key().public_key(),
        TillName("shop-01", till_id),
        not_before=now,
        not_after=now + DAY,
        client=True,
        server=False,
    )


@pytest.mark.parametrize(("serials", "accepted"), [([], True), (["other"], True), (["3"], False)])
def test_a_revoked_certificate_is_refused(
    tmp_path: Path, issuing: Authority, now: datetime, serials: list[str], accepted: bool
) -> None:
    tills = {till_id: _till(issuing, till_id, now) for till_id in ("3", "other")}
    revoked = {tills[till_id].serial_number: now for till_id in serials}
    span = {"issued_at": now, "next_update": now + DAY}
    (tmp_path / "crl.pem").write_bytes(revocation_list(issuing, revoked, number=7, **span))
    files.write_certificates(tmp_path / "ca.pem", issuing.chain)
    files.write_certificates(tmp_path / "till.pem", [tills["3"]])
    done = subprocess.run(
        ["openssl", "verify", "-crl_check", "-CRLfile", "crl.pem", "-CAfile", "ca.pem", "till.pem"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.returncode == 0) is accepted, done.stdout + done.stderr
    assert accepted or "certificate revoked" in done.stdout + done.stderr


def test_a_list_has_a_number_and_an_end(issuing: Authority, now: datetime) -> None:
    text = revocation_list(issuing, {5: now}, number=7, issued_at=now, next_update=now + DAY)
    found = x509.load_pem_x509_crl(text)
    assert found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 7
    assert found.next_update_utc == now + DAY
    assert found.is_signature_valid(issuing.key.public_key())
