"""The applications that keep a state: what each is called, what it reads, what it says."""

from collections.abc import Mapping
from dataclasses import dataclass

from clients.kafka import KafkaAccess
from operations.generations.log import joined, joined_beside
from topics.registry import (
    INPUTS,
    OUTPUTS,
    PRODUCT_STOCK,
    PRODUCTS_INPUTS,
    RECEIPTS_INPUTS,
    TopicSpec,
)


@dataclass(frozen=True, slots=True)
class KeptState:
    """The state of one application, which ``role`` starts and ``service`` works on.

    ``rows`` are the topics that show it: a new generation of the state says all of them anew.
    Where there are none, what was said is not in the state, and nobody can say it anew.
    """

    role: str
    service: str
    inputs: tuple[TopicSpec, ...]
    rows: tuple[TopicSpec, ...]

    def id(self, application_id: str) -> str:
        """Consumer group, and prefix of changelog and transactional ids, where the settings name
        ``application_id``."""
        return application_id if self is FIRST else f"{application_id}-{self.role}"

    def generation(self, kafka: KafkaAccess, application_id: str) -> int:
        """The one to work on, registered if need be; raises `KafkaAway`."""
        if not self.rows:
            return 0
        if self is FIRST:
            return joined(kafka, application_id)
        return joined_beside(kafka, self.id(application_id), self.role)

    @property
    def rebuild(self) -> str:
        """The command that makes it anew, as an operator types it."""
        return "tillstream rebuild" + ("" if self is FIRST else f" --application {self.role}")

    def is_worked_on_by(self, process: str) -> bool:
        """Whether a process of the local stack is one of its workers, by its name."""
        return process.partition("-")[0] == self.service


FIRST = KeptState("agents", "worker", INPUTS, OUTPUTS)
"""The one that has the id of the settings; its workers share one identity with their number."""

BESIDE: Mapping[str, KeptState] = {
    "products": KeptState("products", "products", PRODUCTS_INPUTS, (PRODUCT_STOCK,)),
    "receipts": KeptState("receipts", "receipts", RECEIPTS_INPUTS, ()),
}
"""Those that run beside it, by role."""

REBUILT: Mapping[str, KeptState] = {
    each.role: each for each in (FIRST, *BESIDE.values()) if each.rows
}
"""Those whose state `tillstream rebuild` makes anew, by role."""
