"""A till of somebody who has read the contract and nothing else: no code of ours is used here."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
import ssl
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

BEGINNING = "0" * 64


def canonical(content: dict[str, Any]) -> bytes:
    """JSON with sorted keys and no spaces, not escaped."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass
class Answer:
    """Status, and the body as JSON."""

    status: int
    told: dict[str, Any]
    headers: dict[str, str]


@dataclass
class OutsideTill:
    """One till: its key, its certificate, and the chain of what it has written."""

    voucher: dict[str, Any]
    authorities: str
    folder: Path
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    certificate: bytes = b""
    sequence: int = 0
    last: str = BEGINNING
    receipt_count: int = 0
    grand_total_minor: int = 0

    @property
    def path(self) -> str:
        """Where it sends its events."""
        return f"/v1/tills/{self.voucher['till_id']}/events"

    def enrol(self) -> Answer:
        """Ask for a certificate; it is in use from then on."""
        request = (
            x509.CertificateSigningRequestBuilder()
            .subject_name(x509.Name([]))
            .sign(self.key, hashes.SHA256())
        )
        asked = {
            "token": self.voucher["token"],
            "csr": request.public_bytes(Encoding.PEM).decode(),
        }
        answer = self._post(self.voucher["registration"], "/v1/enrol", canonical(asked), {})
        if answer.status == http.HTTPStatus.OK:
            self._use("".join([answer.told["certificate"], *answer.told["chain"]]))
        return answer

    def _use(self, pem: str) -> None:
        own_key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (self.folder / "till.pem").write_text(pem)
        (self.folder / "till.key").write_bytes(own_key)
        self.certificate = x509.load_pem_x509_certificates(pem.encode())[0].public_bytes(
            Encoding.DER
        )

    def sale(self, sku: str, price_minor: int) -> dict[str, Any]:
        """One piece of one product, paid in cash."""
        line = {
            "line_no": 1,
            "sku": sku,
            "quantity": 1,
            "unit": "each",
            "unit_price_minor": price_minor,
            "amount_minor": price_minor,
        }
        return {
            "type": "cart_completed",
            "cart_id": str(uuid.uuid4()),
            "receipt_no": f"outside-{uuid.uuid4().hex[:12]}",
            "currency": "EUR",
            "lines": [line],
            "discounts": [],
            "taxes": [],
            "tenders": [{"kind": "cash", "amount_minor": price_minor}],
            "total_minor": price_minor,
        }

    def written(self, content: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """The next event, chained to the one before."""
        self.sequence += 1
        now = datetime.now(UTC)
        event = {
            "event_id": str(uuid.uuid4()),
            "location_id": self.voucher["location_id"],
            "till_id": self.voucher["till_id"],
            "epoch": self.voucher["epoch"],
            "sequence": self.sequence,
            "occurred_at": now.isoformat().replace("+00:00", "Z"),
            "business_date": now.date().isoformat(),
            **content,
            **changed,
        }
        digest = hashlib.sha256(bytes.fromhex(self.last) + canonical(event)).hexdigest()
        chained = event | {"chain": {"prev": self.last, "hash": digest}}
        self.last = digest
        if event["type"] == "cart_completed":
            self.receipt_count += 1
            self.grand_total_minor += event["total_minor"]
        return chained

    def batch(self, *events: dict[str, Any]) -> dict[str, Any]:
        """The events as they are sent, with the head behind the last one."""
        head = {
            "epoch": self.voucher["epoch"],
            "sequence": events[-1]["sequence"],
            "hash": events[-1]["chain"]["hash"],
            "receipt_count": self.receipt_count,
            "grand_total_minor": self.grand_total_minor,
        }
        return {
            "epoch": self.voucher["epoch"],
            "first": events[0]["sequence"],
            "prev": events[0]["chain"]["prev"],
            "events": list(events),
            "head": head,
            "signature": base64.b64encode(self._signed(canonical(head))).decode(),
        }

    def send(self, batch: dict[str, Any], path: str = "", **altered: Any) -> Answer:
        """Send a batch, signed; see `request` for what may be ``altered``."""
        return self.request("POST", path or self.path, canonical(batch), **altered)

    def request(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        created: int | None = None,
        nonce: str | None = None,
        sent: bytes | None = None,
        signs: str | None = None,
    ) -> Answer:
        """A signed request; ``sent`` is another body than the one that was signed, ``signs``
        another path."""
        digest = f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"
        path, _, query = (signs or target).partition("?")
        key_id = hashlib.sha256(self.certificate).hexdigest()
        terms = (
            '("@method" "@path" "@query" "content-digest")'
            f";created={created or int(time.time())}"
            f';nonce="{nonce or secrets.token_urlsafe(16)}";keyid="{key_id}";tag="tillstream"'
        )
        base = (
            f'"@method": {method}\n"@path": {path}\n"@query": ?{query}\n'
            f'"content-digest": {digest}\n"@signature-params": {terms}'
        )
        signature = base64.b64encode(self._signed(base.encode())).decode()
        headers = {
            "Content-Digest": digest,
            "Signature-Input": f"till={terms}",
            "Signature": f"till=:{signature}:",
        }
        asked = body if sent is None else sent
        return self._post(self.voucher["gateway"], target, asked, headers, method)

    def _signed(self, content: bytes) -> bytes:
        r, s = decode_dss_signature(self.key.sign(content, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def _post(
        self, address: str, target: str, body: bytes, given: dict[str, str], method: str = "POST"
    ) -> Answer:
        place = urlsplit(address)
        trusted = ssl.create_default_context(cafile=self.authorities)
        if self.certificate:
            trusted.load_cert_chain(self.folder / "till.pem", self.folder / "till.key")
        connection = http.client.HTTPSConnection(
            str(place.hostname), place.port, context=trusted, timeout=60
        )
        try:
            more = {"Content-Type": "application/json"} if body else {}
            connection.request(method, target, body or None, {**given, **more})
            answer = connection.getresponse()
            read, headers = answer.read(), dict(answer.headers)
            is_json = "json" in headers.get("Content-Type", "")
            return Answer(answer.status, json.loads(read) if is_json else {}, headers)
        finally:
            connection.close()
