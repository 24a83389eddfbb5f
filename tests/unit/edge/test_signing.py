"""Signed requests: what is proven, and what is refused, by the contract's profile."""

import asyncio
import base64
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from http_message_signatures._algorithms import ECDSA_P256_SHA256
from http_message_signatures.resolvers import MappingKeyResolver
from http_message_signatures.signatures import HTTPMessageSigner, HTTPMessageVerifier
from hypothesis import given
from hypothesis import strategies as st

from edge.problems import Code, Refusal
from edge.signing import keys
from edge.signing.nonces import Nonces
from edge.signing.profile import (
    AGE_SECONDS_MAX,
    COMPONENTS,
    Parameters,
    Request,
    digest_field,
    signature_base,
    signature_parameters,
)
from edge.signing.reading import NotInProfile, read
from edge.signing.signer import Signer
from edge.signing.verifier import Received, Verifier
from tests.devices import NOW, Device, headers_of, received

TILL = Device.new()

TARGETS = (
    "/",
    "/v1/tills/1/events",
    "/v1/tills/1/events?",
    "/v1/bundle?have=12&wait=25",
    "/v1/products/a%2Fb%20c?all_shops=true",
    "/a%7eb/%E2%82%AC?x=%26&x=2&empty=",
    "//double/..//dots/./x?a?b",
)


@pytest.fixture
def verifier(tmp_path: Path) -> Iterator[Verifier]:
    with closing(Nonces(tmp_path / "nonces", lambda: NOW)) as nonces:
        yield Verifier(nonces)


async def refusal(verifier: Verifier, request: Received) -> Refusal:
    """The problem that a request is answered with."""
    with pytest.raises(Refusal) as refused:
        await verifier.verify(request)
    assert refused.value.status == 401
    return refused.value


def resigned(
    request: Received,
    components: tuple[str, ...] = COMPONENTS,
    label: str = "till",
    **changes: Any,
) -> Received:
    """The request with a signature of the till's key over other terms; None takes one away."""
    parameters: Parameters = {
        "created": NOW,
        "nonce": "a nonce",
        "keyid": TILL.key_id,
        "tag": "tillstream",
        **changes,
    }
    parameters = {name: value for name, value in parameters.items() if value is not None}
    digest = digest_field(request.body)
    terms = signature_parameters(components, parameters)
    base = signature_base(Request(request.method, request.target, digest), components, terms)
    signed = base64.b64encode(keys.sign(TILL.key, base)).decode()
    headers = {
        "Content-Digest": digest,
        "Signature-Input": f"{label}={terms}",
        "Signature": f"{label}=:{signed}:",
    }
    return request._replace(lines=received("", "", headers, b"", None).lines)


def with_headers(request: Received, **changes: str | list[str]) -> Received:
    """The request with other headers; ``_`` stands for a hyphen."""
    headers: dict[str, Any] = headers_of(request)
    headers |= {name.replace("_", "-"): value for name, value in changes.items()}
    kept = {name: value for name, value in headers.items() if value}
    return request._replace(lines=received("", "", kept, b"", None).lines)


def with_terms(request: Received, written: str, instead: str) -> Received:
    """The request whose Signature-Input says something else."""
    line = headers_of(request)["Signature-Input"]
    assert written in line
    return with_headers(request, Signature_Input=line.replace(written, instead))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("method", "body"), [("GET", b""), ("POST", b"\x00 body"), ("PUT", b"")])
async def test_what_a_device_signs_is_proven(
    verifier: Verifier, target: str, method: str, body: bytes
) -> None:
    await verifier.verify(TILL.signed(method, target, body))


CHANGES = {
    "method": lambda request: request._replace(method="PUT"),
    "path": lambda request: request._replace(target="/v1/tills/2/events?wait=1"),
    "percent-encoding": lambda request: request._replace(target="/v1/tills/%31/events?wait=1"),
    "query": lambda request: request._replace(target="/v1/tills/1/events?wait=2"),
    "no query": lambda request: request._replace(target="/v1/tills/1/events"),
    "body": lambda request: request._replace(body=b'{"a":2}'),
    "no body": lambda request: request._replace(body=b""),
    "body with its digest": lambda request: with_headers(
        request._replace(body=b"{}"), Content_Digest=digest_field(b"{}")
    ),
    "another digest of the body beside it": lambda request: with_headers(
        request, Content_Digest=[digest_field(request.body), "sha-512=:AAAA:"]
    ),
    "nonce": lambda request: with_terms(request, 'nonce="', 'nonce="x'),
    "created": lambda request: with_terms(request, str(NOW), str(NOW + 1)),
    "order of components": lambda request: with_terms(
        request, '"@method" "@path"', '"@path" "@method"'
    ),
    "signature of zeros": lambda request: with_headers(
        request, Signature=f"till=:{base64.b64encode(bytes(64)).decode()}:"
    ),
    "signature as DER": lambda request: with_headers(
        request, Signature=f"till=:{base64.b64encode(bytes(71)).decode()}:"
    ),
    "empty signature": lambda request: with_headers(request, Signature="till=::"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_nothing_that_is_signed_can_be_changed(verifier: Verifier, change: str) -> None:
    request = CHANGES[change](TILL.signed())
    assert (await refusal(verifier, request)).code is Code.SIGNATURE


@pytest.mark.parametrize("target", ["/v1/bundle", "/v1/bundle?"])
async def test_an_empty_query_and_none_are_signed_alike(verifier: Verifier, target: str) -> None:
    await verifier.verify(TILL.signed("GET", "/v1/bundle?", b"")._replace(target=target))


TERMS: dict[str, dict[str, Any]] = {
    "another tag": {"tag": "tillstreams"},
    "no tag": {"tag": None},
    "no nonce": {"nonce": None},
    "an empty nonce": {"nonce": ""},
    "an endless nonce": {"nonce": "n" * 257},
    "a number for a nonce": {"nonce": 7},
    "no created": {"created": None},
    "text for created": {"created": str(NOW)},
    "a truth for created": {"created": True},
    "no keyid": {"keyid": None},
    "another algorithm": {"alg": "ecdsa-p384-sha384"},
    "an expiry": {"expires": NOW + 10},
    "something new": {"mode": "x"},
    "no method": {"components": ("@path", "@query", "content-digest")},
    "no digest": {"components": ("@method", "@path", "@query")},
    "a path twice": {"components": ("@method", "@path", "@path", "@query", "content-digest")},
    "another label": {"label": "store"},
}


@pytest.mark.parametrize("terms", TERMS)
async def test_other_terms_than_the_profiles_are_refused(verifier: Verifier, terms: str) -> None:
    request = resigned(TILL.signed(), **TERMS[terms])
    assert (await refusal(verifier, request)).code is Code.SIGNATURE


async def test_more_than_the_four_components_is_refused(verifier: Verifier) -> None:
    line = headers_of(TILL.signed())["Signature-Input"]
    for more in ('"@authority"', '"@query";req', "content-digest", "7"):
        request = with_headers(TILL.signed(), Signature_Input=line.replace('"@query"', more))
        assert (await refusal(verifier, request)).code is Code.SIGNATURE


async def test_terms_may_stand_in_any_order(verifier: Verifier) -> None:
    components = ("content-digest", "@query", "@method", "@path")
    order = dict.fromkeys(("tag", "alg", "keyid", "nonce", "created"))
    values = {"tag": "tillstream", "keyid": TILL.key_id, "created": NOW, "nonce": 'a"\\b'}
    terms = {**order, **values, "alg": "ecdsa-p256-sha256"}
    parameters: Any = {name: terms[name] for name in order}
    await verifier.verify(_signed_by_terms(components, parameters))


def _signed_by_terms(components: tuple[str, ...], parameters: Parameters) -> Received:
    request = TILL.signed()
    terms = signature_parameters(components, parameters)
    signed = Request(request.method, request.target, digest_field(request.body))
    signature = keys.sign(TILL.key, signature_base(signed, components, terms))
    return with_headers(
        request,
        Signature_Input=f"till={terms}",
        Signature=f"till=:{base64.b64encode(signature).decode()}:",
    )


async def test_other_labels_beside_ours_change_nothing(verifier: Verifier) -> None:
    request = TILL.signed()
    headers = headers_of(request)
    await verifier.verify(
        with_headers(
            request,
            Signature_Input=['proxy=("@method");created=1', headers["Signature-Input"]],
            Signature=["proxy=:AAAA:,  " + headers["Signature"], "last=:AAAA:"],
        )
    )


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Content-Digest"])
async def test_a_header_that_says_one_thing_twice_is_refused(verifier: Verifier, name: str) -> None:
    line = headers_of(TILL.signed())[name]
    request = with_headers(TILL.signed(), **{name: [line, line]})
    assert (await refusal(verifier, request)).code is Code.SIGNATURE


@pytest.mark.parametrize("name", ["Signature", "Signature-Input", "Content-Digest"])
@pytest.mark.parametrize(
    "value", ["", "till", "till=1", "till=()", "till=tillstream", "x" * 8000, "till=:ä:", "\udcff"]
)
async def test_a_header_that_cannot_be_read_is_refused(
    verifier: Verifier, name: str, value: str
) -> None:
    request = with_headers(TILL.signed(), **{name: value})
    assert (await refusal(verifier, request)).code is Code.SIGNATURE


@given(st.text(alphabet=st.characters(max_codepoint=300), max_size=60))
def test_no_header_breaks_the_reader(value: str) -> None:
    headers = headers_of(TILL.signed())
    for name in headers:
        request = received("", "", {**headers, name: value or "x"}, b"", None)
        with pytest.raises(NotInProfile):
            read(request.lines)


@pytest.mark.parametrize("late", [AGE_SECONDS_MAX + 1, -AGE_SECONDS_MAX - 1, 31_536_000])
async def test_a_stale_request_is_told_the_servers_time(verifier: Verifier, late: int) -> None:
    problem = await refusal(verifier, TILL.signed(created=NOW - late))
    assert problem.code is Code.STALE
    assert datetime.fromisoformat(str(problem.more["server_time"])) == datetime.fromtimestamp(
        NOW, UTC
    )


@pytest.mark.parametrize("late", [AGE_SECONDS_MAX, -AGE_SECONDS_MAX, 0])
async def test_a_clock_that_is_a_little_off_does_no_harm(verifier: Verifier, late: int) -> None:
    await verifier.verify(TILL.signed(created=NOW - late))


async def test_a_request_counts_once(verifier: Verifier) -> None:
    request = TILL.signed()
    await verifier.verify(request)
    assert (await refusal(verifier, request)).code is Code.REPEATED


async def test_of_the_same_request_many_times_at_once_one_counts(verifier: Verifier) -> None:
    request = TILL.signed()
    ended = await asyncio.gather(
        *(verifier.verify(request) for _ in range(50)), return_exceptions=True
    )
    assert ended.count(None) == 1, "a request was let in more than once, or never"
    assert {each.code for each in ended if isinstance(each, Refusal)} == {Code.REPEATED}


async def test_a_request_that_is_refused_spends_no_nonce(verifier: Verifier) -> None:
    request = TILL.signed()
    for change in CHANGES.values():
        await refusal(verifier, change(request))
    await refusal(verifier, request._replace(certificate=Device.new().certificate))
    await verifier.verify(request)


async def test_a_restart_between_lets_nothing_in_twice(tmp_path: Path) -> None:
    path = tmp_path / "nonces"
    request = TILL.signed(created=NOW + 1)
    with closing(Nonces(path, lambda: NOW)) as nonces:
        await Verifier(nonces).verify(request)
    with closing(Nonces(path, lambda: NOW)) as nonces:
        assert (await refusal(Verifier(nonces), request)).code is Code.REPEATED


async def test_another_key_than_the_connections_is_refused(verifier: Verifier) -> None:
    request = TILL.signed()._replace(certificate=Device.new().certificate)
    assert (await refusal(verifier, request)).code is Code.DEVICE


async def test_a_key_id_alone_proves_nothing(verifier: Verifier) -> None:
    thief = Device(ec.generate_private_key(ec.SECP256R1()), TILL.certificate)
    base = signature_base(
        Request("GET", "/", digest_field(b"")),
        COMPONENTS,
        terms := signature_parameters(
            COMPONENTS,
            {"created": NOW, "nonce": "n", "keyid": TILL.key_id, "tag": "tillstream"},
        ),
    )
    headers = {
        "Content-Digest": digest_field(b""),
        "Signature-Input": f"till={terms}",
        "Signature": f"till=:{base64.b64encode(keys.sign(thief.key, base)).decode()}:",
    }
    request = received("GET", "/", headers, b"", TILL.certificate)
    assert (await refusal(verifier, request)).code is Code.SIGNATURE


async def test_no_certificate_or_one_that_is_none_is_refused(verifier: Verifier) -> None:
    for certificate in (None, b"", b"no certificate"):
        request = TILL.signed()._replace(certificate=certificate)
        assert (await refusal(verifier, request)).code is Code.DEVICE


async def test_another_curve_is_refused(verifier: Verifier) -> None:
    request = TILL.signed()._replace(certificate=Device.new(ec.SECP384R1).certificate)
    assert (await refusal(verifier, request)).code is Code.DEVICE


def test_nobody_signs_with_a_key_that_is_not_the_certificates() -> None:
    with pytest.raises(keys.WrongKey):
        Signer(ec.generate_private_key(ec.SECP256R1()), TILL.certificate)


def _message(method: str, target: str) -> Any:
    return SimpleNamespace(method=method, url=f"https://127.0.0.1:8443{target}", headers={})


OTHERS = MappingKeyResolver(
    public_keys={TILL.key_id: TILL.key.public_key()}, private_keys={TILL.key_id: TILL.key}
)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("body", [b"", b"{}"])
async def test_another_library_is_understood(verifier: Verifier, target: str, body: bytes) -> None:
    message = _message("POST", target)
    HTTPMessageSigner(signature_algorithm=ECDSA_P256_SHA256, key_resolver=OTHERS).sign(
        message,
        key_id=TILL.key_id,
        created=datetime.fromtimestamp(NOW, UTC),
        nonce="a nonce",
        label="till",
        tag="tillstream",
        covered_component_ids=COMPONENTS[:3],
        body=body,
    )
    await verifier.verify(received("POST", target, message.headers, body, TILL.certificate))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("body", [b"", b"{}"])
def test_another_library_understands_us(target: str, body: bytes) -> None:
    message = _message("POST", target)
    message.headers = TILL.signer.headers("POST", target, body, int(time.time()))
    found = HTTPMessageVerifier(signature_algorithm=ECDSA_P256_SHA256, key_resolver=OTHERS).verify(
        message,
        expect_tag="tillstream",
        expect_label="till",
        require_components=COMPONENTS,
        body=body,
    )
    assert found[0].body == body


def test_a_key_id_is_the_hash_of_the_certificate() -> None:
    assert TILL.key_id == sha256(TILL.certificate).hexdigest()
