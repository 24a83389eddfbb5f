"""Kafka: whether it answers, its topics, its disks, and who holds up or holds what."""

# pyright: reportMissingTypeStubs=false

import time
from collections.abc import Iterator
from typing import Any

from kafka.errors import KafkaError

from operations.applications import FIRST, REBUILT, KeptState
from operations.doctor.finding import Finding, Patient, bad, good, unknown
from operations.doctor.machine import FREE_SHARE_MIN
from operations.generations.log import known
from operations.generations.standing import Generations
from operations.installation import Installation
from operations.kafka.admin import admin
from operations.kafka.reader import KafkaAway
from operations.rebuild.members import members
from operations.status import beside, broker, disks
from operations.status.words import size, span
from operations.topic_sync.sync import SyncError, is_in_order, sync
from operations.topic_sync.sync import TopicFinding as TopicFinding
from topics.registry import BY_NAME

OPEN_SECONDS_MAX = 30.0
"""A transaction of a worker takes a fraction of a second. Below a slow broker's pause good ones
would be blamed."""


def kafka(patient: Patient) -> Iterator[Finding]:
    """Whether it answers, and whether each partition has a worker."""
    seen = broker.look_live(patient.installation.kafka, patient.installation.application_id, ())
    if not seen.brokers:
        yield bad("kafka", seen.fault, "start it, or set TILLSTREAM_KAFKA to where it is")
        return
    yield good("kafka", f"{', '.join(seen.brokers)} answer")
    if seen.fault:
        yield unknown("workers", seen.fault)
        return
    free = [str(each.number) for each in seen.partitions if not each.holder]
    if free:
        told = f"nobody holds partition {', '.join(free)}"
        yield bad("workers", told, "start a worker: 'tillstream worker', or 'tillstream local up'")
    else:
        yield good("workers", f"{len(seen.members)} hold all {len(seen.partitions)} partitions")
    yield from _beside(patient)
    yield from _generations(patient)


def _beside(patient: Patient) -> Iterator[Finding]:
    """Whether the applications beside the first one have workers, where they are run."""
    here = patient.installation
    for each in beside.look(here.kafka, here.application_id):
        if each.unheld:
            told = f"nobody holds partition {', '.join(map(str, each.unheld))} of {each.role}"
            yield bad("workers", told, f"start a worker: 'tillstream worker {each.role}'")
        elif each.is_run:
            yield good("workers", f"{len(each.workers)} hold all partitions of {each.role}")


def _generations(patient: Patient) -> Iterator[Finding]:
    """Whether all workers are of the live generation, and a rebuild that was begun goes on."""
    here = patient.installation
    try:
        standing = known(here.kafka)
        for kept in REBUILT.values():
            yield from _generation(here, kept, standing)
    except KafkaAway as fault:
        yield unknown("generation", str(fault))


def _generation(here: Installation, kept: KeptState, standing: Generations) -> Iterator[Finding]:
    name = kept.id(here.application_id)
    live, building = standing.live.get(name, 0), standing.building.get(name)
    of = "" if kept is FIRST else f" of {kept.role}"
    behind = members(here.kafka, name, standing.left_over(name))
    for each in behind:
        told = f"{each} works on an older generation than {live}, and nobody hears it"
        yield bad("generation", told, "restart it; what starts takes the live generation")
    if building is not None and not members(here.kafka, name, [building]):
        told = f"generation {building}{of} was begun, and nobody builds it"
        remedy = f"'{kept.rebuild}' goes on with it, '{kept.rebuild} --abandon' drops it"
        yield bad("generation", told, remedy)
    elif not behind and (kept is FIRST or live):
        yield good("generation", f"generation {live}{of} is live")


def topics(patient: Patient) -> Iterator[Finding]:
    """Whether all topics are there, with the right partitions and installation."""
    installation = patient.installation
    try:
        found = sync(
            installation.kafka,
            installation.partitions,
            installation.replication,
            application_id=installation.application_id,
            change=False,
        )
    except SyncError as fault:
        yield unknown("topics", str(fault))
        return
    if is_in_order(found):
        yield good("topics", f"all {len(found)} are as they should be")
    yield from (_topic(each) for each in found if each.state != "in order")


def _topic(found: TopicFinding) -> Finding:
    remedy = found.advice or "run 'tillstream topics sync'"
    if found.state == "missing":
        return bad("topics", f"{found.topic} is missing", remedy)
    told = ", ".join(
        f"{item.setting} is {item.found or 'unset'} instead of {item.wanted}"
        for item in found.differences
    )
    return bad("topics", f"{found.topic}: {told}", remedy)


def broker_disks(patient: Patient) -> Iterator[Finding]:
    """Room on the brokers."""
    for name, disk in (disks.look(patient.installation.kafka) or {}).items():
        told = f"{name}: {size(disk.free_bytes)} of {size(disk.size_bytes)} are free"
        if disk.free_bytes < FREE_SHARE_MIN * disk.size_bytes:
            yield bad("broker disks", told, "make room: a broker whose disk is full stops")
        else:
            yield good("broker disks", told)


def transactions(patient: Patient) -> Iterator[Finding]:
    """Transactions that stay open on an input: whoever reads it waits at them."""
    try:
        with admin(patient.installation.kafka) as client:
            late = list(_late(client))
    except KafkaError as fault:
        yield unknown("transactions", f"Kafka does not answer: {fault!r}")
        return
    if not late:
        yield good("transactions", "none is open for long")
    yield from late


def _late(client: Any) -> Iterator[Finding]:
    listed = client.list_transactions(state_filters=["Ongoing"]).values()
    ids = [each.transactional_id for some in listed for each in some]
    described: dict[str, Any] = client.describe_transactions(ids) if ids else {}
    for name, told in described.items():
        seconds = time.time() - told.transaction_start_time_ms / 1000
        held = sorted(
            f"{p.topic}-{p.partition}" for p in told.topic_partitions if p.topic in BY_NAME
        )
        if seconds > OPEN_SECONDS_MAX and held:
            finding = (
                f"the transaction of {name!r} has held up {', '.join(held)} for {span(seconds)}"
            )
            ends = span(told.transaction_timeout_ms / 1000)
            remedy = f"end or restart that producer; the broker itself gives it up after {ends}"
            yield bad("transactions", finding, remedy)
