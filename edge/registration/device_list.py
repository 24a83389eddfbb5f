"""A location's own devices as one signed, numbered list: what counts, rather than dates.

The list is signed by the service `registration`, whose certificate it brings, over its JSON without
`signature`: keys sorted, no spaces, UTF-8 unescaped, as all that is signed here. Whoever reads it
needs no clock to know that it is ours, and takes none whose number is not above the last.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from edge.registration.database import RecordStore
from edge.registration.records import OnBehalf
from edge.registration.rules import RENEW_AFTER_END, DeviceStatus

REPLACED = "replaced"
"""Status of an epoch that a later enrolment has ended."""

_HALF = 32
"""Bytes of each of the two numbers in a P-256 signature."""


class BadList(Exception):
    """The list is not what the registration signed; the text says why."""


@dataclass(frozen=True, slots=True)
class ListSigner:
    """Signs lists. ``certificate`` is the signer's, with who vouches for it, in PEM."""

    key: ec.EllipticCurvePrivateKey
    certificate: str

    def signed(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """``content`` with the certificate and the signature: base64 of r and s."""
        unsigned = {**content, "certificate": self.certificate}
        r, s = decode_dss_signature(self.key.sign(canonical(unsigned), ec.ECDSA(hashes.SHA256())))
        raw = r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
        return {**unsigned, "signature": base64.b64encode(raw).decode()}


class DeviceLists:
    """Makes them."""

    def __init__(self, database: RecordStore, signer: ListSigner) -> None:
        self._database = database
        self._signer = signer

    async def of(self, location_id: str) -> dict[str, Any] | None:
        """The location's list of this moment; None where no till was ever registered there.

        Raises `database.Away`.
        """
        async with self._database.records(OnBehalf("nobody")) as records:
            ended_before = records.now - RENEW_AFTER_END
            rows = await records.rows(
                "device_list", location_id=location_id, ended_before=ended_before
            )
        if not rows:
            return None
        return self._signer.signed(content_of(location_id, rows, records.now))


def content_of(
    location_id: str, rows: Sequence[Mapping[str, Any]], issued_at: datetime
) -> dict[str, Any]:
    """What is signed, of the rows that the statement gives."""
    return {
        "location_id": location_id,
        "number": int(rows[0]["number"]),
        "issued_at": issued_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "devices": [_entry(row) for row in rows if row["till_id"] is not None],
    }


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "till_id": row["till_id"],
        "epoch": row["epoch"],
        "certificates": row["certificates"],
        "status": _status(row),
    }


def _status(row: Mapping[str, Any]) -> str:
    if row["status"] == DeviceStatus.REVOKED:
        return DeviceStatus.REVOKED.value
    if row["current"]:
        return DeviceStatus.ACTIVE.value
    return REPLACED if row["certificates"] else DeviceStatus.REGISTERED.value


def canonical(content: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def require_signed(signed: Mapping[str, Any], key: ec.EllipticCurvePublicKey) -> None:
    """Raise `BadList` unless the holder of ``key`` signed the list as it is."""
    unsigned = {name: value for name, value in signed.items() if name != "signature"}
    try:
        raw = base64.b64decode(signed["signature"], validate=True)
        if len(raw) != 2 * _HALF:
            raise BadList("the signature has another length")
        halves = int.from_bytes(raw[:_HALF], "big"), int.from_bytes(raw[_HALF:], "big")
        key.verify(encode_dss_signature(*halves), canonical(unsigned), ec.ECDSA(hashes.SHA256()))
    except (KeyError, TypeError, ValueError) as error:
        raise BadList("the signature is missing, or is none") from error
    except InvalidSignature as error:
        raise BadList("the list is not as it was signed") from error
