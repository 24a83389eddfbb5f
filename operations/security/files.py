"""The keys and certificates of a local stack, as they lie on this machine."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509

from identity import files
from identity.errors import IdentityError
from local.home import StackHome
from operations.doctor.finding import Finding, Patient, bad, good, unknown

CHECK = "keys"

ENDS_WITHIN = timedelta(days=30)
"""A stack that is not started anew in a month loses its links one by one."""


def keys(patient: Patient) -> Iterator[Finding]:
    """Whether somebody else on this machine can read a key."""
    found = sorted(_folder(patient).rglob("*.key"))
    readable = [path for path in found if files.is_open_to_others(path)]
    for path in readable:
        remedy = f"chmod 600 {path}, and make it anew: somebody may have it"
        yield bad(CHECK, f"others can read {path.name}", remedy)
    if found and not readable:
        yield good(CHECK, f"nobody else can read the {len(found)} keys")


def certificates(patient: Patient) -> Iterator[Finding]:
    """Whether one ends soon."""
    for path in sorted(_folder(patient).glob("*.pem")):
        try:
            ends = _end(path)
        except IdentityError as fault:
            yield unknown(CHECK, str(fault))
            continue
        if ends < datetime.now(UTC) + ENDS_WITHIN:
            remedy = "start the local stack anew, which renews it"
            yield bad(CHECK, f"{path.stem}'s certificate ends on {ends:%Y-%m-%d}", remedy)


def _end(path: Path) -> datetime:
    own: x509.Certificate = files.read_certificates(path)[0]
    return own.not_valid_after_utc


def _folder(patient: Patient) -> Path:
    return StackHome(patient.installation.home.absolute()).identities
