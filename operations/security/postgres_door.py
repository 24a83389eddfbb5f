"""Whether PostgreSQL is reached by verified TLS, and lets nobody in without it."""

from collections.abc import Iterator

import psycopg
from psycopg.conninfo import make_conninfo

from operations.doctor.finding import Finding, Patient, bad, good, unknown

CHECK = "postgres"

PATIENCE_SECONDS = 3

SUPERUSER = "postgres"
"""The name that every cluster's first superuser has unless somebody chose another."""

_VERIFIED = ("verify-full",)

_REFUSED = ("no pg_hba.conf entry", "pg_hba.conf rejects", "does not support SSL", "certificate")


def link(patient: Patient) -> Iterator[Finding]:
    """Our own way to it."""
    parts = patient.installation.postgres.parts()
    if parts.get("host", "").startswith("/"):
        yield good(CHECK, "our own link to it is a socket of this machine")
    elif parts.get("sslmode") in _VERIFIED:
        yield good(CHECK, "our own link to it is encrypted, and its name is checked")
    else:
        told = f"our own link to it has sslmode={parts.get('sslmode', 'prefer')}"
        remedy = "set TILLSTREAM_POSTGRES_CA, which asks for verify-full"
        yield bad(CHECK, f"{told}: whoever sits between may read and answer", remedy)


def strangers(patient: Patient) -> Iterator[Finding]:
    """Whether somebody comes in without TLS, or as superuser without being asked anything."""
    parts = patient.installation.postgres.parts()
    if parts.get("host", "").startswith("/"):
        return
    ours = {name: parts[name] for name in ("host", "port", "dbname", "user") if name in parts}
    yield _tried(ours | {"sslmode": "disable"}, "without TLS")
    bare = ours | {"user": SUPERUSER, "dbname": "postgres", "sslmode": "prefer"}
    yield _tried(bare | {"sslcert": "", "sslkey": ""}, "as superuser without being asked")


def _tried(parts: dict[str, str], how: str) -> Finding:
    way = make_conninfo(**parts, connect_timeout=PATIENCE_SECONDS, passfile="/dev/null")
    try:
        psycopg.connect(way).close()  # as nobody: none of what the settings say of us
    except psycopg.OperationalError as refusal:
        return _judged(" ".join(str(refusal).split()), how)
    remedy = "begin pg_hba.conf with 'hostnossl all all all reject', and let none in by 'trust'"
    return bad(CHECK, f"it lets somebody in {how}", remedy)


def _judged(refusal: str, how: str) -> Finding:
    if "no password supplied" in refusal or "authentication failed" in refusal:
        if how == "without TLS":
            remedy = "begin pg_hba.conf with 'hostnossl all all all reject'"
            return bad(CHECK, f"it asks for a password {how}, which others may read", remedy)
        return good(CHECK, f"it lets nobody in {how}")
    if any(word in refusal for word in _REFUSED):
        return good(CHECK, f"it lets nobody in {how}")
    return unknown(CHECK, refusal)
