"""Whether Kafka asks of each who comes in what they may do."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from clients import blocking_kafka
from operations.doctor.finding import Finding, Patient, bad, good, unknown

CHECK = "kafka rules"


def rules(patient: Patient) -> Iterator[Finding]:
    """The broker's authorizer, and who stands above it."""
    try:
        with closing(blocking_kafka.admin(patient.installation.kafka)) as admin:
            told = _broker_settings(admin)
    except KafkaError as fault:
        yield unknown(CHECK, f"its settings could not be read: {fault}")
        return
    yield from judged(told)


def judged(told: Mapping[str, str]) -> Iterator[Finding]:
    """What the settings of a broker, by Kafka's names, leave open."""
    if not told.get("authorizer.class.name"):
        remedy = "set authorizer.class.name, then run 'tillstream topics sync'"
        yield bad(CHECK, "whoever comes in may do everything: there is no authorizer", remedy)
        return
    if told.get("allow.everyone.if.no.acl.found", "false") == "true":
        remedy = "set allow.everyone.if.no.acl.found=false"
        yield bad(CHECK, "what no rule names is open to everybody", remedy)
    above = [name for name in told.get("super.users", "").split(";") if name]
    if len(above) > 1:
        remedy = "leave the brokers' own principal alone in super.users"
        yield bad(
            CHECK, f"{len(above)} principals stand above all rules: {', '.join(above)}", remedy
        )
    else:
        yield good(CHECK, "each principal may do what a rule gives it")


def _broker_settings(admin: Any) -> dict[str, str]:
    broker = str(admin.describe_cluster()["brokers"][0]["broker_id"])
    asked = ConfigResource(ConfigResourceType.BROKER, broker)
    told = admin.describe_configs([asked], config_filter="all")["broker"][broker]
    return {name: entry["value"] or "" for name, entry in told.items()}
