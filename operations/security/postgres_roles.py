"""Whether each of us may do in the database what it is for, and no more."""

from collections.abc import Iterator
from typing import Any

import psycopg

from clients.statements import statement
from operations.doctor.finding import Finding, Patient, bad, good, unknown

CHECK = "roles"

PATIENCE_SECONDS = 3

SHOWN = 5
"""Names in a finding; the count says how many more there are."""


def ourselves(patient: Patient) -> Iterator[Finding]:
    """What the role of this session may do beyond all grants."""
    found = _rows(patient, "ourselves")
    if isinstance(found, Finding):
        yield found
        return
    ((name, is_superuser, owned),) = found
    if is_superuser:
        remedy = "let operators connect as a role that is no superuser"
        yield bad(CHECK, f"we are {name}, a superuser", remedy)
    elif owned:
        remedy = "connect as the owner for 'tillstream migrate' only"
        yield bad(CHECK, f"we are {name}, who owns {owned} tables and may change each", remedy)
    else:
        yield good(CHECK, f"we are {name}, who owns no table and is no superuser")


def everybody(patient: Patient) -> Iterator[Finding]:
    """What any role that comes in may do, and which of ours may do all."""
    found = _rows(patient, "open_to_all")
    if isinstance(found, Finding):
        yield found
        return
    if not found:
        yield good(CHECK, "no table is open to every role, and none of ours is a superuser")
    for what, names in found:
        shown = ", ".join(names[:SHOWN]) + (
            f" and {len(names) - SHOWN} more" if names[SHOWN:] else ""
        )
        yield bad(CHECK, f"{what}: {shown}", "run 'tillstream migrate', which takes it away")


def _rows(patient: Patient, name: str) -> list[tuple[Any, ...]] | Finding:
    access = patient.installation.postgres
    try:
        with access.connect(connect_timeout=PATIENCE_SECONDS) as connection:
            return connection.execute(statement(__file__, name)).fetchall()
    except psycopg.Error as fault:
        return unknown(CHECK, " ".join(str(fault).split()))
