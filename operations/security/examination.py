"""All checks of what stands open."""

from concurrent.futures import ThreadPoolExecutor

from operations.doctor.finding import Check, Finding, Patient
from operations.security import (
    connect_door,
    files,
    kafka_door,
    kafka_rules,
    metrics_doors,
    postgres_door,
    postgres_roles,
    volume,
)

ALWAYS: tuple[Check, ...] = (
    files.keys,
    files.certificates,
    metrics_doors.metrics,
    volume.encryption,
)

OF_KAFKA: tuple[Check, ...] = (kafka_door.link, kafka_door.strangers, kafka_rules.rules)

OF_POSTGRES: tuple[Check, ...] = (
    postgres_door.link,
    postgres_door.strangers,
    postgres_roles.ourselves,
    postgres_roles.everybody,
)

OF_CONNECT: tuple[Check, ...] = (connect_door.link, connect_door.strangers)


def examine(patient: Patient) -> list[Finding]:
    """The findings of all checks; of a server only where its address is known."""
    here = patient.installation
    checks = [*ALWAYS]
    checks += OF_KAFKA if here.kafka_access else ()
    checks += OF_POSTGRES if here.postgres_access else ()
    checks += OF_CONNECT if here.connect_access else ()

    def ask(check: Check) -> list[Finding]:
        return list(check(patient))

    with ThreadPoolExecutor() as pool:
        return [each for some in pool.map(ask, checks) for each in some]
