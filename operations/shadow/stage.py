"""What a shadow needs on the broker and on this machine: made before a run, removed after it."""

# pyright: reportMissingTypeStubs=false

import shutil
import time
from typing import Any

from kafka.errors import KafkaError

from clients import blocking_kafka
from operations.errors import OperationError
from operations.installation import Installation
from operations.shadow.rights import rights
from operations.shadow.sides import Shadow
from operations.topic_sync.access import grant, withdraw
from operations.topic_sync.sync import SyncError, is_in_order, sync

_ANSWER_MS = 10_000
"""How long to look for a broker. Less fails beside a broker that starts; more seems to hang."""

_LEAVE_SECONDS = 20.0
"""How long workers that were killed may still count as members: their session's 12 s and more."""


class Stage:
    """The shadow's topics, consumer group and state folder."""

    def __init__(self, installation: Installation, shadow: Shadow) -> None:
        self._installation = installation
        self._shadow = shadow
        self._kafka = installation.kafka

    def set_up(self) -> None:
        """Make the topics anew. Raises `OperationError` while another run uses them."""
        partitions = self._live_partitions()
        rules = rights(self._shadow, partitions)
        grant(self._kafka, rules)
        with self._admin() as admin:
            if self._members(admin):
                raise OperationError(
                    f"a shadow {self._shadow.application_id!r} is running: stop it, or give this "
                    "one another --application-id"
                )
        self._clear()
        findings = sync(
            self._kafka, partitions, self._installation.replication, specs=self._shadow.specs()
        )
        if not is_in_order(findings):
            raise SyncError(f"the shadow's topics could not be made: {findings}")
        # A sync of the rules that ran before the topics were there has taken them away again.
        grant(self._kafka, rules)

    def take_down(self) -> None:
        """Remove topics, group, state, and what let anybody use them."""
        self._clear()
        withdraw(self._kafka, rights(self._shadow, self._live_partitions()))

    def _clear(self) -> None:
        with self._admin() as admin:
            self._wait_until_left(admin)
            names = {spec.name for spec in self._shadow.specs()} | {self._shadow.changelog}
            present = names & set(admin.list_topics())
            if present:
                admin.delete_topics(sorted(present))
            self._wait_until_gone(admin, present)
            # Its answer for a group that does not exist is no fault here.
            admin.delete_groups([self._shadow.application_id])
        folder = self._installation.home / "state" / self._shadow.application_id
        shutil.rmtree(folder, ignore_errors=True)

    def _live_partitions(self) -> int:
        name = self._shadow.specs()[0].name.removeprefix(self._shadow.topic(""))
        with self._admin() as admin:
            described = {each["name"]: each for each in admin.describe_topics()}
        if name not in described:
            raise OperationError(f"there is no topic {name}: is this the live cluster?")
        return len(described[name]["partitions"])

    def _admin(self) -> Any:
        try:
            return blocking_kafka.admin(self._kafka, bootstrap_timeout_ms=_ANSWER_MS)
        except KafkaError as error:
            raise SyncError(f"Kafka at {self._kafka} did not answer: {error!r}") from error

    def _members(self, admin: Any) -> int:
        group = self._shadow.application_id
        if group not in {each["group_id"] for each in admin.list_groups()}:
            return 0
        return len(admin.describe_groups([group])[group]["members"])

    def _wait_until_left(self, admin: Any) -> None:
        deadline = time.monotonic() + _LEAVE_SECONDS
        while self._members(admin) and time.monotonic() < deadline:
            time.sleep(0.2)

    def _wait_until_gone(self, admin: Any, names: set[str]) -> None:
        deadline = time.monotonic() + _LEAVE_SECONDS
        while names & set(admin.list_topics()) and time.monotonic() < deadline:
            time.sleep(0.1)
