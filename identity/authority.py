"""An authority: a key that vouches for names.

A root vouches for one issuing authority, which issues all certificates, so that the root's key
can lie elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from identity.errors import IdentityError
from identity.names import ORGANIZATION, Name, TillName

CLOCK_SLACK = timedelta(minutes=5)
"""Every certificate begins so much before it is issued. Less, and a peer whose clock is a little
behind refuses it; much more says that somebody was known before they were."""

CURVE = ec.SECP256R1
"""P-256: the one curve that all of TLS libraries, PostgreSQL, Java and TPMs have."""


def new_key() -> ec.EllipticCurvePrivateKey:
    """A fresh private key."""
    return ec.generate_private_key(CURVE())


@dataclass(frozen=True, slots=True)
class Authority:
    """``chain`` is the authority's own certificate, then whoever vouches for it, up to the root.

    Times are aware datetimes.
    """

    chain: tuple[x509.Certificate, ...]
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    def __post_init__(self) -> None:
        """Raises `IdentityError` where the key is not the certificate's."""
        if self.certificate.public_key() != self.key.public_key():
            raise IdentityError("the authority's key belongs to another certificate")

    @classmethod
    def root(cls, name: str, *, not_before: datetime, not_after: datetime) -> Self:
        """An authority that nobody vouches for; it can vouch for one more below it."""
        key = new_key()
        subject = _subject(name)
        draft = _draft(subject, key.public_key(), not_before, not_after).issuer_name(subject)
        draft = _as_authority(draft, path_length=1)
        return cls((draft.sign(key, hashes.SHA256()),), key)

    def below(self, name: str, *, not_before: datetime, not_after: datetime) -> Self:
        """An authority that this one vouches for, and that vouches for no further one."""
        key = new_key()
        draft = _draft(_subject(name), key.public_key(), not_before, not_after)
        certificate = self._sign(_as_authority(draft, path_length=0))
        return type(self)((certificate, *self.chain), key)

    @property
    def certificate(self) -> x509.Certificate:
        """The authority's own."""
        return self.chain[0]

    def alone(self) -> x509.Certificate:
        """The same authority as one for which nobody vouches.

        For servers that trust no authority unless they trust its root as well, and with that all
        whom the root vouches for, as OpenSSL does without partial chains.
        """
        own = self.certificate
        begins, ends = own.not_valid_before_utc + CLOCK_SLACK, own.not_valid_after_utc
        draft = _draft(own.subject, self.key.public_key(), begins, ends).issuer_name(own.subject)
        return _as_authority(draft, path_length=0).sign(self.key, hashes.SHA256())

    def issue(
        self,
        public_key: CertificatePublicKeyTypes,
        name: Name,
        *,
        not_before: datetime,
        not_after: datetime,
        hosts: Sequence[str] = (),
        client: bool,
        server: bool,
    ) -> x509.Certificate:
        """A certificate for the holder of ``public_key``, good from `CLOCK_SLACK` before.

        ``hosts`` are addresses and host names at which it serves. Raises `IdentityError` where
        the key is not on `CURVE`, a till would serve, or the authority ends before.
        """
        if isinstance(name, TillName) and server:
            raise IdentityError(f"{name} is nobody's server")
        if not isinstance(public_key, ec.EllipticCurvePublicKey) or not isinstance(
            public_key.curve, CURVE
        ):
            raise IdentityError(f"the key of {name} is not on the curve P-256")
        draft = _draft(name.subject(), public_key, not_before, not_after)
        draft = draft.add_extension(_alternatives(name, hosts), critical=False)
        return self._sign(_as_leaf(draft, client=client, server=server))

    def _sign(self, draft: x509.CertificateBuilder) -> x509.Certificate:
        """``draft`` with who vouches for it."""
        own = self.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        issuer = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)
        signed = (
            draft.issuer_name(self.certificate.subject)
            .add_extension(issuer, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        if signed.not_valid_after_utc > self.certificate.not_valid_after_utc:
            raise IdentityError("a certificate would outlive its authority: renew that first")
        return signed


def _subject(name: str) -> x509.Name:
    # No name of ours: nobody takes part as an authority.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "authority"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _draft(
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    not_before: datetime,
    not_after: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before - CLOCK_SLACK)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _as_authority(draft: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    basic = x509.BasicConstraints(ca=True, path_length=path_length)
    usage = _usage(key_cert_sign=True, crl_sign=True)
    return draft.add_extension(basic, critical=True).add_extension(usage, critical=True)


def _as_leaf(
    draft: x509.CertificateBuilder, *, client: bool, server: bool
) -> x509.CertificateBuilder:
    purposes = [
        *[ExtendedKeyUsageOID.CLIENT_AUTH] * client,
        *[ExtendedKeyUsageOID.SERVER_AUTH] * server,
    ]
    if not purposes:
        raise IdentityError("a certificate is for a client, a server, or both")
    return (
        draft.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    )


def _usage(
    *, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternatives(name: Name, hosts: Sequence[str]) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(
        [x509.UniformResourceIdentifier(name.uri()), *(_host(host) for host in hosts)]
    )


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
