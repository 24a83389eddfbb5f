"""Codes that change every half minute, of a secret that a phone holds (RFC 6238). Pure."""

import base64
import hmac
import secrets
import struct
from urllib.parse import quote

from dashboards.board.people.tokens import same

STEP_SECONDS = 30
DIGITS = 6
"""What every authenticator takes; some know nothing else."""

STEPS_AROUND = 1
"""Codes beside the present one that count: a phone's clock may be half a minute off, and typing
takes a while. Each more gives who guesses another chance."""

SECRET_BYTES = 20
"""As long as a SHA-1, by RFC 4226."""


def new_secret() -> bytes:
    """For one user's phone."""
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, step: int) -> str:
    """The code of a half minute."""
    mac = hmac.digest(secret, struct.pack(">Q", step), "sha1")
    at = mac[-1] & 15
    number = struct.unpack(">I", mac[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: bytes, code: str, now: float) -> int | None:
    """Of which half minute ``code`` is, as long as it counts; None for any other.

    Whoever takes a code keeps its step, and takes none of that step or before again.
    """
    present, typed = int(now) // STEP_SECONDS, code.replace(" ", "")
    steps = range(max(0, present - STEPS_AROUND), present + STEPS_AROUND + 1)
    fitting = [step for step in steps if same(typed, code_at(secret, step))]
    return max(fitting, default=None)


def readable(secret: bytes) -> str:
    """The secret as people type it, in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, name: str, board: str) -> str:
    """What an authenticator reads from a QR code: whose secret it is, and of which board."""
    label = f"{quote(f'Tillstream {board}', safe='')}:{quote(name, safe='')}"
    issuer = quote(f"Tillstream {board}", safe="")
    return f"otpauth://totp/{label}?secret={readable(secret).replace(' ', '')}&issuer={issuer}"
