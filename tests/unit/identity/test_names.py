"""A name travels in a URI, a subject and a principal, and comes back from a certificate."""

import re
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from identity.authority import Authority, new_key
from identity.errors import IdentityError
from identity.names import Name, ServiceName, StoreName, TillName, name_in, name_of

NAMES: list[tuple[Name, str, str, str]] = [
    (
        TillName("shop-01", "3"),
        "spiffe://tillstream/till/shop-01/3",
        "CN=3,OU=shop-01,OU=till,O=Tillstream",
        "till:shop-01:3",
    ),
    (
        StoreName("shop-01"),
        "spiffe://tillstream/store/shop-01",
        "CN=shop-01,OU=store,O=Tillstream",
        "store:shop-01",
    ),
    (
        ServiceName("worker"),
        "spiffe://tillstream/service/worker",
        "CN=worker,OU=service,O=Tillstream",
        "service:worker",
    ),
]


@pytest.mark.parametrize(("name", "uri", "subject", "principal"), NAMES)
def test_a_name_has_one_uri_subject_and_principal(
    name: Name, uri: str, subject: str, principal: str
) -> None:
    assert (name.uri(), name.subject().rfc4514_string(), name.principal()) == (
        uri,
        subject,
        principal,
    )
    assert name_in(uri) == name


@pytest.mark.parametrize("name", [each[0] for each in NAMES])
def test_a_certificate_gives_its_holders_name_back(
    name: Name, issuing: Authority, now: datetime
) -> None:
    certificate = issuing.issue(
        new_key().public_key(),
        name,
        not_before=now,
        not_after=now + timedelta(days=1),
        client=True,
        server=False,
    )
    assert name_of(certificate) == name


def test_a_subject_is_encoded_from_the_organization_to_the_name() -> None:
    encoded = [part.oid.dotted_string for part in TillName("shop-01", "3").subject()]
    assert encoded == ["2.5.4.10", "2.5.4.11", "2.5.4.11", "2.5.4.3"], "O, OU, OU, CN"


@pytest.mark.parametrize("part", ["", ".", "...", "a/b", "a:b", "a,OU=store", "a b", "ä", "x" * 65])
def test_a_part_that_would_mean_something_else_elsewhere_is_refused(part: str) -> None:
    with pytest.raises(IdentityError, match="is no name of a"):
        TillName("shop-01", part)
    with pytest.raises(IdentityError, match="is no name of a"):
        TillName(part, "3")


def test_a_newline_at_the_end_is_refused() -> None:
    with pytest.raises(IdentityError):
        StoreName("shop-01\n")


def test_ids_of_the_greatest_length_fit() -> None:
    name = TillName("l" * 64, "t" * 64)
    assert name_in(name.uri()) == name
    assert name.subject()


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "spiffe://tillstream/",
        "spiffe://tillstream/till/shop-01",
        "spiffe://tillstream/till/shop-01/3/4",
        "spiffe://tillstream/store/",
        "spiffe://tillstream/store/shop-01/",
        "spiffe://tillstream/robot/7",
        "spiffe://elsewhere/service/worker",
        "SPIFFE://tillstream/service/worker",
        "spiffe://tillstream/service/work%65r",
        "https://tillstream/service/worker",
    ],
)
def test_any_other_uri_names_nobody(uri: str) -> None:
    with pytest.raises(IdentityError):
        name_in(uri)


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        (None, "names nobody"),
        ([x509.DNSName("localhost")], "has 0"),
        (
            [
                x509.UniformResourceIdentifier(ServiceName("sink").uri()),
                x509.UniformResourceIdentifier(ServiceName("kafka").uri()),
            ],
            "has 2",
        ),
        ([x509.UniformResourceIdentifier("urn:x")], "is no name"),
    ],
)
def test_a_certificate_that_names_nobody_or_two_is_refused(
    names: list[x509.GeneralName] | None, complaint: str, now: datetime
) -> None:
    key = new_key()
    draft = (
        x509.CertificateBuilder()
        .subject_name(ServiceName("kafka").subject())
        .issuer_name(ServiceName("kafka").subject())
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    if names is not None:
        draft = draft.add_extension(x509.SubjectAlternativeName(names), critical=False)
    with pytest.raises(IdentityError, match=re.escape(complaint)):
        name_of(draft.sign(key, hashes.SHA256()))
