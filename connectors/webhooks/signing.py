"""Signatures by the Standard Webhooks rules: HMAC-SHA256 over id, time and body."""

import base64
import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256

SECRET_PREFIX = "whsec_"  # noqa: S105 - how a secret begins, not one

_SECRET_BYTES = 32
"""Of a secret; the rules ask for 24 to 64."""


def new_secret() -> str:
    """A secret that nobody has seen."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def headers(secret: str, message_id: str, sent_at_seconds: int, body: bytes) -> Mapping[str, str]:
    """What a message carries beside its body, for an attempt at that time since 1970."""
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(sent_at_seconds),
        "webhook-signature": signature(secret, message_id, sent_at_seconds, body),
    }


def rotated(secret: str) -> tuple[str, str]:
    """A fresh secret; and it with the one before, which both sign from now on, so that whoever
    receives changes over when it suits. One that is older signs no more."""
    fresh = new_secret()
    return fresh, f"{fresh} {secret.split()[0]}"


def signature(secret: str, message_id: str, sent_at_seconds: int, body: bytes) -> str:
    """The signature with its version, ``v1,…``; one by each secret, the newest first."""
    signed = f"{message_id}.{sent_at_seconds}.".encode() + body
    keys = [base64.b64decode(each.removeprefix(SECRET_PREFIX)) for each in secret.split()]
    macs = [base64.b64encode(hmac.digest(key, signed, sha256)).decode() for key in keys]
    return " ".join(f"v1,{mac}" for mac in macs)
