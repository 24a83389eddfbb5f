"""Programs that nobody here wrote enrol, renew, and are refused as they should be: OpenSSL with
curl, and strongSwan's `pki`, a client of EST."""

import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7

from identity import files
from identity.names import TillName, name_of
from tests.integration.registration_world import EST, World, registration, run


@pytest.fixture
async def world(postgres: str, tmp_path: Path) -> AsyncIterator[World]:
    async with registration(postgres, tmp_path) as opened:
        yield opened


async def _openssl_request(folder: Path, stem: str, *options: str) -> None:
    """A key and a request as a till's maker would make them; the request in base64."""
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    made, said, _ = await run(
        *("openssl", "req", "-new", *(options or new_key), "-subj", "/CN=a till"),
        *("-keyout", f"{stem}.key", "-outform", "DER", "-out", f"{stem}.der"),
        cwd=folder,
    )
    assert made == 0, said
    text = base64.encodebytes((folder / f"{stem}.der").read_bytes())
    (folder / f"{stem}.p10").write_bytes(text)


async def _curl(world: World, path: str, *options: str) -> tuple[int, bytes]:
    """Status and body."""
    failed, said, out = await run(
        *("curl", "--silent", "--show-error", "--cacert", str(world.pki.ca)),
        *("--write-out", "\n%{http_code}", *options, f"{world.address}{EST}/{path}"),
        cwd=world.folder,
    )
    assert failed == 0, said
    body, _, status = out.rpartition(b"\n")
    return int(status), body


async def _posted(world: World, path: str, stem: str, *options: str) -> tuple[int, bytes]:
    return await _curl(
        world,
        path,
        *("--data-binary", f"@{stem}.p10", "--header", "Content-Type: application/pkcs10"),
        *options,
    )


async def _read_by_openssl(world: World, body: bytes) -> x509.Certificate:
    """The certificate of an answer, as OpenSSL reads and verifies it."""
    failed, said, out = await run(
        *("openssl", "pkcs7", "-inform", "DER", "-print_certs"), stdin=base64.b64decode(body)
    )
    assert failed == 0, said
    given, trusted = world.folder / "given.pem", world.folder / "trusted.pem"
    files.write_certificates(trusted, world.pki.devices.chain)
    given.write_bytes(out)
    failed, said, _ = await run(
        *("openssl", "verify", "-CAfile", str(trusted), "-x509_strict"),
        *("-purpose", "sslclient", str(given)),
    )
    assert failed == 0, said
    return x509.load_pem_x509_certificate(out)


async def test_openssl_and_curl_enrol_and_renew(world: World, shop: str) -> None:
    till = world.till(shop)
    voucher = await world.voucher(till)
    await _openssl_request(world.folder, "till")
    login = ("--user", f"{shop}/1:{voucher['token']}")

    status, body = await _posted(world, "simpleenroll", "till", *login)
    assert status == 200, body
    first = await _read_by_openssl(world, body)
    assert name_of(first) == TillName(shop, "1")

    (world.folder / "given.pem").rename(world.folder / "held.pem")
    held = ("--cert", "held.pem", "--key", "till.key")
    await _openssl_request(world.folder, "fresh")
    status, body = await _posted(world, "simplereenroll", "fresh", *held)
    assert status == 200, body
    assert (await _read_by_openssl(world, body)).public_key() != first.public_key()

    assert (await world.revoke(till)).status == 200
    status, body = await _posted(world, "simplereenroll", "fresh", *held)
    assert status == 403 and b"revoked" in body


async def test_curl_learns_whom_to_trust_and_pins_it_by_the_voucher(world: World) -> None:
    status, body = await _curl(world, "cacerts")
    assert status == 200
    told = pkcs7.load_der_pkcs7_certificates(base64.b64decode(body))
    assert set(told) == set(world.pki.devices.chain)
    assert (await _curl(world, "csrattrs"))[0] == 204


@pytest.mark.parametrize(
    "options",
    [
        ("-newkey", "rsa:2048", "-nodes"),
        ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-sha1"),
        ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1", "-nodes"),
        ("-newkey", "ed25519", "-nodes"),
    ],
    ids=["RSA", "SHA-1", "another curve", "Ed25519"],
)
async def test_what_openssl_makes_beside_the_contract_is_refused(
    world: World, shop: str, options: tuple[str, ...]
) -> None:
    token = (await world.voucher(world.till(shop)))["token"]
    await _openssl_request(world.folder, "weak", *options)
    status, body = await _posted(world, "simpleenroll", "weak", "--user", f"{shop}/1:{token}")
    assert status == 400, body


async def test_the_list_of_revoked_certificates_stops_a_tool_that_reads_one(
    world: World, shop: str
) -> None:
    revoked, good = world.till(shop), world.till(shop, "2")
    stolen, kept = await world.enrolled(revoked), await world.enrolled(good)
    await world.revoke(revoked)
    trusted, crl = world.folder / "trusted.pem", world.folder / "crl.pem"
    files.write_certificates(trusted, world.pki.devices.chain)
    crl.write_bytes((await world.call("GET", "/crl.pem")).body)
    verify = ("openssl", "verify", "-crl_check", "-CAfile", str(trusted), "-CRLfile", str(crl))
    failed, said, _ = await run(*verify, str(stolen.certificate))
    assert failed and "certificate revoked" in said
    failed, said, _ = await run(*verify, str(kept.certificate))
    assert failed == 0, said


async def _pki(world: World, *options: Any) -> tuple[int, str, bytes]:
    return await run(
        *("pki", "--est", "--url", world.address.replace("127.0.0.1", "localhost")),
        *(
            "--cacert",
            str(world.folder / "root.pem"),
            "--cacert",
            str(world.folder / "issuing.pem"),
        ),
        *(str(each) for each in options),
    )


@pytest.fixture
def trusted(world: World) -> World:
    files.write_certificates(world.folder / "root.pem", world.pki.devices.chain[1:])
    files.write_certificates(world.folder / "issuing.pem", world.pki.devices.chain[:1])
    return world


async def test_strongswan_enrols_renews_and_is_refused(trusted: World, shop: str) -> None:
    world, till = trusted, trusted.till(shop)
    token = (await world.voucher(till))["token"]
    request = world.folder / "till.der"
    request.write_bytes(till.csr())

    failed, said, _ = await _pki(world, "--in", request, "--userpass", f"{shop}/1:wrong")
    assert failed, f"a wrong token was taken: {said}"

    failed, said, out = await _pki(world, "--in", request, "--userpass", f"{shop}/1:{token}")
    assert failed == 0, said
    given = x509.load_der_x509_certificate(out)
    assert name_of(given) == TillName(shop, "1") and given.public_key() == till.key.public_key()

    held = till.keep(given)
    old = ("--cert", held.certificate, "--key", held.key)
    failed, said, out = await _pki(world, "--in", request, *old)
    assert failed == 0, said
    assert x509.load_der_x509_certificate(out).serial_number != given.serial_number

    await world.revoke(till)
    failed, said, out = await _pki(world, "--in", request, *old)
    assert failed and not out, "a revoked till was renewed"


async def test_strongswan_renews_a_certificate_that_has_ended(trusted: World, shop: str) -> None:
    world, till = trusted, trusted.till(shop)
    world.clock.ahead = -timedelta(days=100)
    held = await world.enrolled(till)
    world.clock.ahead = timedelta()
    request = world.folder / "till.der"
    request.write_bytes(till.csr())
    failed, said, out = await _pki(
        world, "--in", request, "--cert", held.certificate, "--key", held.key
    )
    assert failed == 0, said
    assert x509.load_der_x509_certificate(out).public_key() == till.key.public_key()
