"""The one access rule that the local broker cannot be without: who may make the others."""

from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ResourcePattern,
    ResourceType,
)
from kafka.errors import KafkaError

from identity.names import ServiceName
from local.child import StartError
from local.identities import Identities
from local.kafka import silent_client
from local.kafka_links import BROKER, client_arguments

OPERATOR = "operator"
"""The service as which operators give commands."""

CLUSTER = "kafka-cluster"
"""Kafka's own name of the resource that is the cluster."""

RULE_PATIENCE_MS = 30_000
"""A broker that has just started, beside others that start, was seen to take more than the two
seconds that a probe waits; nothing else can begin before."""

_RULE = ACL(
    f"User:{ServiceName(OPERATOR).principal()}",
    "*",
    ACLOperation.ALTER,
    ACLPermissionType.ALLOW,
    ResourcePattern(ResourceType.CLUSTER, CLUSTER),
)


def admit_operator(bootstrap: str, identities: Identities) -> None:
    """Let operators make access rules, as the broker itself; `StartError` where it refuses.

    All other rules are theirs to make: `tillstream topics sync` does.
    """
    try:
        broker = client_arguments(identities, BROKER)
        with silent_client(bootstrap, broker, RULE_PATIENCE_MS) as client:
            refused = client.create_acls([_RULE])["failed"]
    except KafkaError as error:
        refused = [error]
    if refused:
        raise StartError(f"kafka takes no access rule from its own identity: {refused[0]!r}")
