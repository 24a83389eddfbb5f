"""Devices that are not who they claim to be, and what operators do about them."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
import uuid
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from identity.authority import new_key
from tests.acceptance.desk.operators import Desk, Fault

GUARD = "ALTER TABLE device_certificates {} TRIGGER device_certificates_guard"
ENDS_SOON = """
UPDATE device_certificates SET not_after = now() + interval '10 days' WHERE location_id = %s
"""


def _csr() -> str:
    wanted = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return wanted.sign(new_key(), hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def _enrol(desk: Desk, address: str, token: str) -> int:
    """The status that a new key is answered with."""
    trusted = desk.stack.home / "identities" / "ca.pem"
    context = ssl.create_default_context(cafile=str(trusted))
    body = json.dumps({"token": token, "csr": _csr()}).encode()
    try:
        asked = urllib.request.Request(f"{address}/v1/enrol", body)
        with urllib.request.urlopen(asked, context=context) as answer:
            return answer.status
    except urllib.error.HTTPError as refused:
        return refused.code


def enrolled(desk: Desk) -> dict[str, Any]:
    """The voucher of a till that has come in."""
    shop = f"devices-{uuid.uuid4().hex[:6]}"
    voucher = json.loads(desk.run("devices", "add", shop, "1", "--json"))
    assert _enrol(desk, voucher["registration"], voucher["token"]) == 200
    return voucher


def _age(desk: Desk, location_id: str) -> None:
    """No test waits for 80 days: of a shop's certificates the registration believes they passed."""
    desk.by_mistake(GUARD.format("DISABLE"))
    try:
        desk.by_mistake(ENDS_SOON, location_id)
    finally:
        desk.by_mistake(GUARD.format("ENABLE ALWAYS"))


def stolen(desk: Desk) -> Fault:
    voucher = enrolled(desk)
    _age(desk, voucher["location_id"])
    for number in range(60):
        token = voucher["token"] if number == 0 else "guessed"
        assert _enrol(desk, voucher["registration"], token) in (401, 429)
        time.sleep(0.2)  # over several scrapes
    yield [
        ("TwoDevicesForOneTill", {}),
        ("EnrolmentsAreRefused", {"result": "unknown_token"}),
        ("CertificateEndsSoon", {}),
    ]
    listed = desk.run("devices", "list", "--location", voucher["location_id"])
    assert "ALARM: token used twice" in listed
    seen = desk.from_runbook("TwoDevicesForOneTill")
    assert any(action == "devices.refused" for _, action, *_ in seen)
    desk.run("devices", "revoke", voucher["location_id"], "1")
