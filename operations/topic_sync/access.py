"""Makes a cluster's access rules agree with `topics.access`, or says where they do not.

Only rules of services, and of stores that are named, are looked at. What was ruled for tills,
other stores and people stays.
"""

# pyright: reportMissingTypeStubs=false

import time
from collections.abc import Callable, Collection, Generator, Iterable
from contextlib import contextmanager
from typing import Any

from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.errors import (
    ClusterAuthorizationFailedError,
    KafkaError,
    SecurityDisabledError,
)

from clients import blocking_kafka
from clients.kafka import KafkaAccess
from operations.errors import OperationError
from topics.access import AccessRule
from topics.store_access import StoreRule

SERVICES = "User:service:"
"""Begins the principal of every service."""

EVERYWHERE = "*"
"""Rules bind a service wherever it runs."""

_ANSWER_MS = 10_000

_SETTLE_SECONDS = 10.0
"""How long a broker may take to show a rule that it has accepted."""

_LOOK_AGAIN_SECONDS = 0.05

_EVERYTHING = ACLFilter(
    None,
    None,
    ACLOperation.ANY,
    ACLPermissionType.ANY,
    ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
)


class RulesError(OperationError):
    """Kafka could not be reached, or refused a change of its rules."""


class KeptRules:
    """The access rules of a cluster, over an admin client of kafka-python."""

    def __init__(self, admin: Any) -> None:
        self._admin = admin

    def of_services(self, stores: Collection[str] = ()) -> set[ACL] | None:
        """The rules that hold now for services, and for the principals of ``stores``; None where
        the cluster asks nobody who they are."""
        try:
            found, _ = self._admin.describe_acls(_EVERYTHING)
        except SecurityDisabledError:
            return None
        except ClusterAuthorizationFailedError as error:
            raise RulesError(
                "we may not see Kafka's access rules: let us alter the cluster, or keep the rules "
                "by other means and run 'tillstream topics sync --topics-only'"
            ) from error
        return {
            rule
            for rule in found
            if rule.principal.startswith(SERVICES) or rule.principal in stores
        }

    def add(self, rules: Collection[ACL]) -> None:
        """Make rules hold; raises `RulesError`."""
        if not rules:
            return
        refused = self._admin.create_acls(list(rules))["failed"]
        if refused:
            raise RulesError(f"Kafka refused {len(refused)} access rules: {refused[0].__name__}")
        self._await(rules, lambda now: now >= set(rules))

    def remove(self, rules: Collection[ACL]) -> None:
        """Make rules hold no more; raises `RulesError`."""
        if not rules:
            return
        answers = self._admin.delete_acls(list(rules))
        refused = [error for _, _, error in answers if error.errno]
        if refused:
            raise RulesError(f"Kafka kept {len(refused)} access rules: {refused[0].__name__}")
        self._await(rules, lambda now: not now & set(rules))

    def _await(self, rules: Collection[ACL], holds: Callable[[set[ACL]], bool]) -> None:
        deadline = time.monotonic() + _SETTLE_SECONDS
        principals = {str(rule.principal) for rule in rules}
        while not holds(self.of_services(principals) or set()):
            if time.monotonic() > deadline:
                raise RulesError("Kafka accepted access rules but does not show them: try again")
            time.sleep(_LOOK_AGAIN_SECONDS)


def in_kafkas_words(rules: Iterable[AccessRule | StoreRule]) -> set[ACL]:
    """The same rules as Kafka keeps them."""
    return {
        ACL(
            rule.principal,
            EVERYWHERE,
            ACLOperation[_constant(rule.operation)],
            ACLPermissionType.ALLOW if rule.allows else ACLPermissionType.DENY,
            ResourcePattern(ResourceType[_constant(rule.resource)], rule.name),
        )
        for rule in rules
    }


def told(rule: ACL) -> str:
    """A rule in words."""
    verb = "may" if rule.permission_type == ACLPermissionType.ALLOW else "may not"
    where = rule.resource_pattern
    kind = where.resource_type.name.lower().replace("_", " ")
    by_prefix = " by prefix" if where.pattern_type == ACLResourcePatternType.PREFIXED else ""
    from_host = "" if rule.host == EVERYWHERE else f" from {rule.host}"
    what = rule.operation.name.lower().replace("_", " ")
    return (
        f"{str(rule.principal).removeprefix('User:')} {verb} {what} {kind} "
        f"{where.resource_name}{by_prefix}{from_host}"
    )


def grant(kafka: KafkaAccess, rules: Iterable[AccessRule]) -> None:
    """Add rules that no table has; nothing where the cluster asks nobody who they are."""
    with rules_of(kafka) as kept:
        if kept.of_services() is not None:
            kept.add(in_kafkas_words(rules))


def withdraw(kafka: KafkaAccess, rules: Iterable[AccessRule]) -> None:
    """Take back what `grant` gave."""
    with rules_of(kafka) as kept:
        if kept.of_services() is not None:
            kept.remove(in_kafkas_words(rules))


@contextmanager
def rules_of(kafka: KafkaAccess) -> Generator[KeptRules]:
    """The rules for the length of a block; raises `RulesError` where Kafka is away."""
    try:
        with blocking_kafka.admin(kafka, bootstrap_timeout_ms=_ANSWER_MS) as admin:
            yield KeptRules(admin)
    except KafkaError as error:
        raise RulesError(f"Kafka at {kafka} did not answer or refused: {error!r}") from error


def _constant(word: str) -> str:
    return word.upper().replace("-", "_")
