"""The processes: whether they answer, run one version, and keep up; and dead letters."""

from collections.abc import Iterator, Sequence

from metrics.sink import SINK_DATABASE_UP, SINK_KAFKA_UP
from metrics.webhooks import WEBHOOK_DATABASE_UP, WEBHOOK_KAFKA_UP
from metrics.workers import STALLED, WORKER_KAFKA_UP
from operations.doctor.finding import Finding, Patient, bad, good, unknown
from operations.status import letters, processes
from operations.status.processes import ProcessStatus
from operations.upkeep.identity import version

STALLED_SECONDS_MAX = 30.0
"""As in the alert rule PartitionMakesNoProgress."""


def all_processes(patient: Patient) -> Iterator[Finding]:
    """Each process, and all of them together."""
    if not patient.metrics:
        yield unknown("processes", "no address of /metrics is known: name them with --metrics")
        return
    seen = processes.look(patient.metrics, patient.installation.metrics_tls)
    for each in seen:
        if each.fault:
            remedy = "start it, or see ProcessIsDown in docs/runbook.md if it hangs"
            yield bad("processes", f"{each.address} does not answer: {each.fault}", remedy)
        else:
            yield good("processes", f"{each.role} {each.name} answers at {each.address}")
            yield from _troubles(each)
    yield from _versions([each for each in seen if not each.fault])


def _troubles(process: ProcessStatus) -> Iterator[Finding]:
    figures, name = process.figures, f"{process.role} {process.name}"
    for spec, server in (
        (WORKER_KAFKA_UP, "Kafka"),
        (SINK_KAFKA_UP, "Kafka"),
        (SINK_DATABASE_UP, "PostgreSQL"),
        (WEBHOOK_KAFKA_UP, "Kafka"),
        (WEBHOOK_DATABASE_UP, "PostgreSQL"),
    ):
        if figures.get(spec.name) == 0:
            remedy = "its log says what it is told; is the address that it was given right?"
            yield bad("processes", f"{server} does not answer {name}", remedy)
    if figures.get(STALLED.name, 0) > STALLED_SECONDS_MAX:
        remedy = "see PartitionMakesNoProgress in docs/runbook.md"
        yield bad("processes", f"{name} has work and does nothing", remedy)


def _versions(answering: Sequence[ProcessStatus]) -> Iterator[Finding]:
    found = sorted({each.version for each in answering})
    if len(found) > 1:
        told = "; ".join(f"{each.role} {each.name}: {each.version}" for each in answering)
        yield bad("versions", told, f"restart what does not run {version()}, this checkout's")
    elif found and found != [version()]:
        told = f"processes run {found[0]}, this checkout is {version()}"
        yield bad("versions", told, "restart them to run it")
    elif found:
        yield good("versions", f"all run {found[0]}")


def dead_letters(patient: Patient) -> Iterator[Finding]:
    """Messages that could not be applied and wait for somebody."""
    seen = letters.look(patient.installation.kafka)
    if seen.fault:
        yield unknown("dead letters", seen.fault)
    elif seen.at_most is not None or seen.waiting:
        number = f"up to {seen.at_most}" if seen.at_most else str(sum(seen.waiting.values()))
        reasons = ", ".join(f"{n} {reason}" for reason, n in sorted(seen.reasons.items()))
        told = f"{number} wait" + (f": {reasons}" if reasons else "")
        remedy = "look with 'tillstream dead-letters list'; after a fix, 'dead-letters retry'"
        yield bad("dead letters", told, remedy)
    else:
        yield good("dead letters", "none waits")
