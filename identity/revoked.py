"""The list of certificates that count no more before their time, for tools that read one."""

from collections.abc import Mapping
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from identity.authority import CLOCK_SLACK, Authority


def revocation_list(
    authority: Authority,
    revoked: Mapping[int, datetime],
    *,
    number: int,
    issued_at: datetime,
    next_update: datetime,
) -> bytes:
    """A CRL in PEM over the serials ``revoked``, each with when that was.

    ``number`` rises with each list. A reader trusts none after ``next_update``. Only certificates
    of this very authority can be on it.
    """
    key = authority.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(key)
    draft = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(issued_at - CLOCK_SLACK)
        .next_update(next_update)
        .add_extension(issuer, critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    for serial, since in sorted(revoked.items()):
        draft = draft.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since).build()
        )
    return draft.sign(authority.key, hashes.SHA256()).public_bytes(Encoding.PEM)
