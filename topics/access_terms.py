"""The terms in which rights at Kafka are written: rules, and what one service does."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from identity.names import ServiceName
from topics.topic_spec import TopicSpec

Resource = Literal["topic", "group", "transactional-id", "cluster"]

Operation = Literal[
    "read", "write", "create", "delete", "alter", "describe", "describe-configs", "alter-configs"
]


class AccessRule(NamedTuple):
    """One service may, or must not, do one thing with one resource."""

    service: str
    resource: Resource
    name: str
    operation: Operation
    allows: bool = True

    @property
    def principal(self) -> str:
        """The service as Kafka writes it in its rules."""
        return f"User:{ServiceName(self.service).principal()}"


@dataclass(frozen=True, slots=True)
class ServiceAccess:
    """What one service does with topics, and ``more`` that it does with what is no topic."""

    service: str
    summary: str
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    more: tuple[tuple[Resource, str, Operation], ...] = field(default=())

    def rules(self) -> Iterable[AccessRule]:
        """The same in Kafka's terms."""
        by_operation: tuple[tuple[Operation, tuple[str, ...]], ...] = (
            ("read", self.reads),
            ("write", self.writes),
            ("create", self.makes),
        )
        for operation, names in by_operation:
            for name in names:
                yield AccessRule(self.service, "topic", name, operation)
        for resource, name, operation in self.more:
            yield AccessRule(self.service, resource, name, operation)


def names_of(*specs: Iterable[TopicSpec] | TopicSpec) -> tuple[str, ...]:
    each = [spec for some in specs for spec in ([some] if isinstance(some, TopicSpec) else some)]
    return tuple(dict.fromkeys(spec.name for spec in each))
