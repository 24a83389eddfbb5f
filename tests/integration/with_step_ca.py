"""step-ca in place of our own authority: the same tills come in, and it holds the issuing key.

`make stepca` runs this, and no other lot: the program comes from no registry that the other tests
use, and is built in some ten minutes.
"""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from jwt.algorithms import ECAlgorithm

from clients.tls import Tls
from edge.registration.step_ca import StepIssuer
from edge.registration.step_tokens import TEMPLATE, StepTokens
from identity import files
from identity.authority import new_key
from identity.names import TillName, name_of
from local.ports import choose
from tests.integration.registration_world import Pki, World, registration

STEP_CA = shutil.which("step-ca")


def _config(pki: Pki, port: int, provisioner: dict[str, Any]) -> dict[str, Any]:
    folder = pki.folder
    return {
        "root": str(folder / "root.pem"),
        "crt": str(folder / "devices.chain"),
        "key": str(folder / "devices.key"),
        "address": f"127.0.0.1:{port}",
        "dnsNames": ["localhost", "127.0.0.1"],
        "db": {"type": "bbolt", "dataSource": str(folder / "step.db")},
        "crl": {"enabled": True, "generateOnRevoke": True},
        "authority": {
            "disableIssuedAtCheck": False,
            "claims": {
                "maxTLSCertDuration": "2400h",
                "defaultTLSCertDuration": "2160h",
                "disableSmallstepExtensions": True,
            },
            "provisioners": [provisioner],
        },
    }


def _provisioner(tokens: StepTokens, key: Any, template: str) -> dict[str, Any]:
    jwk: dict[str, Any] = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {
        "type": "JWK",
        "name": "tillstream",
        "key": {**jwk, "alg": "ES256", "use": "sig", "kid": tokens.key_id},
        "options": {"x509": {"template": template}},
    }


async def _answers(port: int) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


@pytest.fixture
def signs_by() -> str:
    return TEMPLATE


@pytest.fixture
async def world(postgres: str, tmp_path: Path, signs_by: str) -> AsyncIterator[World]:
    assert STEP_CA, (
        "no step-ca on the path: go install github.com/smallstep/certificates/cmd/step-ca@v0.30.2"
    )
    pki, (port,), key = Pki.new(tmp_path / "pki"), choose(1), new_key()
    files.write_certificates(pki.folder / "root.pem", pki.devices.chain[1:])
    url = f"https://localhost:{port}"
    tokens = StepTokens(url, "tillstream", key)
    config = pki.folder / "ca.json"
    config.write_text(json.dumps(_config(pki, port, _provisioner(tokens, key, signs_by))))
    log = (tmp_path / "step.log").open("wb")
    process = await asyncio.create_subprocess_exec(
        STEP_CA, str(config), stdout=log, stderr=log, env={**os.environ, "STEPPATH": str(tmp_path)}
    )
    try:
        await _answers(port)
        issuer = StepIssuer(url, Tls(pki.folder / "root.pem"), tokens, pki.devices.chain)
        async with registration(postgres, tmp_path, issuer, pki) as opened:
            yield opened
    finally:
        process.terminate()
        await process.wait()


async def test_a_till_comes_in_is_renewed_and_is_revoked(world: World, shop: str) -> None:
    till = world.till(shop)
    held = await world.enrolled(till)
    assert till.certificate is not None
    assert name_of(till.certificate) == TillName(shop, "1")
    assert till.certificate.subject == TillName(shop, "1").subject(), "names lie in another order"
    assert (await world.renew(till, held, new_key())).status == 200
    await world.revoke(till)
    crl = x509.load_pem_x509_crl((await world.call("GET", "/crl.pem")).body)
    assert crl.get_revoked_certificate_by_serial_number(till.certificate.serial_number)


@pytest.mark.parametrize("signs_by", ['{"subject": {{ toJson .Subject }}, "sans": []}'])
async def test_a_template_that_signs_something_else_is_found_and_spends_nothing(
    world: World, shop: str
) -> None:
    till = world.till(shop)
    token = (await world.voucher(till))["token"]
    assert (await world.enrol(till, token)).status == 503
    assert not world.rows("SELECT * FROM device_certificates WHERE location_id = %s", shop)
