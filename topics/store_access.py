"""What a store may do at the centre's Kafka, where its gateway stands there.

Each rule names its topic in full, as those of services do. `tillstream topics sync --store` keeps
them.
"""

from typing import NamedTuple

from identity.names import StoreName
from topics.access import GATEWAY, Operation, Resource


class StoreRule(NamedTuple):
    """One store may do one thing with one topic."""

    location_id: str
    resource: Resource
    name: str
    operation: Operation
    allows: bool = True

    @property
    def principal(self) -> str:
        """The store as Kafka writes it in its rules."""
        return principal_of(self.location_id)


def principal_of(location_id: str) -> str:
    """A store as Kafka writes it in its rules."""
    return f"User:{StoreName(location_id).principal()}"


def rules_of_store(location_id: str) -> set[StoreRule]:
    """What the store of that location may do: what its gateway does."""
    return {
        StoreRule(location_id, rule.resource, rule.name, rule.operation) for rule in GATEWAY.rules()
    }
