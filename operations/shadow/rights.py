"""What a shadow may do at Kafka, beside what it reads: rules that hold as long as its topics do.

Its workers come as a service of their own, which writes nothing that anybody else reads. Where one
identity is given for the command and its workers, they come as the operator.
"""

from collections.abc import Iterable

from operations.shadow.sides import Shadow, application_ids
from topics.access import ADMINISTERS, AccessRule, rules_of_state, rules_of_tending

SERVICE = "shadow"
"""As which its workers come."""


def rights(shadow: Shadow, partitions: int) -> set[AccessRule]:
    """What lets the operator tend it, and its workers run."""
    state = shadow.application_id, shadow.changelog, partitions
    rules = {*rules_of_tending(*state), *rules_of_state(SERVICE, *state)}
    for spec in shadow.specs():
        for each in ADMINISTERS:
            rules.add(AccessRule("operator", "topic", spec.name, each))
        for each in ("read", "write"):
            rules.add(AccessRule(SERVICE, "topic", spec.name, each))
    return rules


def rights_of_all(topics: Iterable[str], partitions: int) -> set[AccessRule]:
    """What lets those run whose topics are among ``topics``."""
    found = (Shadow("", each) for each in application_ids(topics))
    return {rule for shadow in found for rule in rights(shadow, partitions)}
