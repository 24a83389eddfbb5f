"""PostgreSQL and Connect: the schema, the log for Debezium, the connector and its slot."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg

from connectors.connect.errors import ConnectorError
from connectors.debezium import keeper
from connectors.debezium.definition import SourceDatabase
from connectors.postgres.migrate import MIGRATIONS
from operations.doctor.finding import Finding, Patient, bad, good, unknown
from operations.status import connect, postgres
from operations.status.database import ask
from operations.status.slots import OURS
from operations.status.words import size

SKEW_SECONDS_MAX = 5.0
"""Asking takes up to a second. Much more than that, and freshness and ages that compare two
clocks are wrong by it."""

HELD_BYTES_MAX = 256 * 1024 * 1024
"""As in the alert rule SlotHoldsWal."""

MIGRATE = "run 'tillstream migrate'"
APPLY = "run 'tillstream connectors apply'"


def database(patient: Patient) -> Iterator[Finding]:
    """Whether it answers, its clock, and its slots."""
    seen = postgres.look(patient.installation.postgres)
    if seen.fault:
        yield bad("postgres", seen.fault, "start it, or set TILLSTREAM_POSTGRES to where it is")
        return
    yield good("postgres", f"version {seen.version} answers")
    yield _clock(seen)
    yield from _slots(seen)


def _clock(seen: postgres.PostgresSeen) -> Finding:
    skew = 0.0 if seen.clock is None else (seen.clock - datetime.now(UTC)).total_seconds()
    told = (
        f"PostgreSQL's clock is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} this one"
    )
    if abs(skew) > SKEW_SECONDS_MAX:
        return bad("clocks", told, "let both machines keep time by NTP")
    return good("clocks", told)


def _slots(seen: postgres.PostgresSeen) -> Iterator[Finding]:
    if OURS not in seen.slots:
        yield bad("slot", f"there is no replication slot {OURS}", APPLY)
    for name, slot in seen.slots.items():
        told = f"{name} holds {size(slot.held_bytes)} of WAL"
        if not slot.is_read:
            remedy = f"{APPLY}, or drop a slot that nobody needs: it fills the database's disk"
            yield bad("slot", f"nobody reads {name}, which holds {size(slot.held_bytes)}", remedy)
        elif slot.held_bytes > HELD_BYTES_MAX:
            yield bad("slot", told, "see SlotHoldsWal in docs/runbook.md")
        else:
            yield good("slot", told)


def schema(patient: Patient) -> Iterator[Finding]:
    """Whether all migrations are applied, and whether the database logs what Debezium needs."""
    here = {path.name.split("_")[0]: path.name for path in MIGRATIONS.glob("*.sql")}
    try:
        applied = {version for (version,) in ask(patient.installation.postgres, "migrations")}
        level = ask(patient.installation.postgres, "wal_level")[0][0]
    except psycopg.errors.UndefinedTable:
        yield bad("schema", "the database has no tables of Tillstream", MIGRATE)
        return
    except psycopg.Error as fault:
        yield unknown("schema", " ".join(str(fault).split()))
        return
    pending = [here[version] for version in sorted(here.keys() - applied)]
    if pending:
        yield bad("schema", f"pending: {', '.join(pending)}", MIGRATE)
    elif applied - here.keys():
        yield bad("schema", "the database is newer than this checkout", "update this checkout")
    else:
        yield good("schema", f"all {len(here)} migrations are applied")
    if level != "logical":
        remedy = "set wal_level = logical in postgresql.conf and restart PostgreSQL"
        yield bad("wal_level", f"it is {level}: Debezium can read no changes", remedy)


def connector(patient: Patient) -> Iterator[Finding]:
    """Whether Connect answers, and runs the connector as it is defined."""
    installation = patient.installation
    if installation.connect_access is None:
        remedy = "set TILLSTREAM_CONNECT, or start the local stack"
        yield bad("connect", "no address is set", remedy)
        return
    seen = connect.look(installation.connect)
    if not seen.answers:
        remedy = "start it, or set TILLSTREAM_CONNECT to where it is"
        yield bad("connect", f"{installation.connect} does not answer: {seen.fault}", remedy)
        return
    yield good("connect", f"{installation.connect} answers")
    yield from _connector(patient)
    for name, each in seen.connectors.items():
        if name != connect.OURS and not each.is_up:
            remedy = f"look into its trace, then POST /connectors/{name}/restart?includeTasks=true"
            yield bad("connector", f"{name} is {each.worst}: {_first_line(each.trace)}", remedy)


def _connector(patient: Patient) -> Iterator[Finding]:
    here = patient.installation
    source = SourceDatabase(here.capture, here.partitions, here.replication)
    try:
        found = keeper.check(here.connect, source)
    except ConnectorError as fault:
        yield unknown("connector", str(fault))
        return
    if found.state != "RUNNING":
        why = f": {_first_line(found.trace)}" if found.trace else ""
        yield bad("connector", f"{found.name} is {found.state}{why}", APPLY)
    for item in found.differences:
        told = f"{item.setting} is {item.found or 'unset'} instead of {item.wanted or 'unset'}"
        yield bad("connector", told, APPLY)
    if found.is_in_order:
        yield good("connector", f"{found.name} runs as defined")


def _first_line(trace: str) -> str:
    return trace.partition("\n")[0] or "it says no more"
