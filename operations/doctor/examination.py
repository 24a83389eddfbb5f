"""All checks, in the order in which one fault explains the next."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from operations.doctor import cluster, machine, running, source
from operations.doctor.finding import Check, Finding, Patient, bad

MACHINE: tuple[Check, ...] = (machine.stack, machine.disk, machine.ports, machine.death_signal)

SERVERS: tuple[Check, ...] = (
    cluster.kafka,
    cluster.topics,
    cluster.transactions,
    cluster.broker_disks,
    source.database,
    source.schema,
    source.connector,
    running.all_processes,
    running.dead_letters,
)


def examine(patient: Patient) -> list[Finding]:
    """The findings of all checks; those of servers only where their addresses are known."""
    here = patient.installation
    known = {"kafka": here.kafka_access, "postgres": here.postgres_access}
    without = [name for name, access in known.items() if access is None]
    checks = MACHINE if without else (*MACHINE, *SERVERS)

    def ask(check: Check) -> list[Finding]:
        return list(check(patient))

    with ThreadPoolExecutor() as pool:
        found = [each for some in pool.map(ask, checks) for each in some]
    return found + _addresses(without)


def _addresses(without: Sequence[str]) -> list[Finding]:
    return [
        bad(
            "settings",
            f"no address for {name}",
            f"start the local stack with 'tillstream local up', or set TILLSTREAM_{name.upper()}",
        )
        for name in without
    ]
