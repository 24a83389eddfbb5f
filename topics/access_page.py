"""The access rules as a page, for those who judge them or make them by other means.

A test keeps ``docs/access.md`` equal to it, and says how to write it again.
"""

from collections.abc import Iterable, Sequence

from topics.access import (
    ADMINISTERS,
    SERVICES,
    STATE_KEEPERS,
    AccessRule,
    ServiceAccess,
    rules_of_state,
    rules_of_tending,
    static_rules,
)
from topics.registry import ALL
from topics.store_access import StoreRule, rules_of_link, rules_of_mirrored

_INTRODUCTION = """\
# Who may do what at Kafka

The access rules of every service, from the table in `topics/access.py`. `tillstream topics sync` makes a cluster agree with it: it adds what lacks, removes what is beyond, and with `--check` only tells. Each rule names its topic, group or transactional id in full; none holds by prefix. Only principals that begin with `service:` are looked at, so what was ruled for tills, stores and people stays. With `--store LOCATION`, the rules of `store:LOCATION`, whose gateway stands on this cluster, are kept as well: it may what `service:gateway` may. Of a store with a Kafka of its own (`--mirrored LOCATION`, and `--own LOCATION` in the store) see below.

A service's principal is `service:` and its name, from its certificate `spiffe://tillstream/service/<name>`; where a cluster knows its clients by a password, give each its principal for a user name. `super.users` is the broker's own principal alone.

A rule that denies ends what it denies at once, also on connections that are open: within 150 ms, measured. So somebody is shut out by `kafka-acls.sh --add --deny-principal User:till:LOCATION:TILL --operation All --topic '*'`, and the same for a store; brokers read no revocation lists.
"""  # noqa: E501 - Markdown: a paragraph is a line

_STATE = """\
## State

Each application keeps its state under a name: the application id, with `-products` or `-receipts` behind it for those two, and `-gN` for a later generation. A shadow's topics, and its state under the shadow's application id, have rules for `service:shadow` and operators as long as the topics are there. The rules for `STATE`, of so many partitions as the inputs have:

| principal | may |
|---|---|
"""  # noqa: E501 - Markdown: a paragraph is a line


_LINKS = """\
## Stores with a Kafka of their own

Beside the tables, for the topics of each store, on either side of its link; `service:operator` administers all of them and `service:client` reads them.

| side | principal | may |
|---|---|---|
"""  # noqa: E501 - Markdown: a paragraph is a line


def page() -> str:
    """The Markdown of ``docs/access.md``."""
    return "\n".join([_INTRODUCTION, _services(), _STATE + _of_state(), _LINKS + _of_links()])


def _services() -> str:
    told = ["## Services\n", "| principal | reads | writes | more |", "|---|---|---|---|"]
    return "\n".join([*told, *map(_row, SERVICES), ""])


def _row(access: ServiceAccess) -> str:
    denied = sorted(
        rule for rule in static_rules() if rule.service == access.service and not rule.allows
    )
    more = [_told(rule) for rule in access.rules() if rule.operation not in ("read", "write")]
    more += [_told(rule) for rule in access.rules() if _reads_no_topic(rule)]
    more += [_told(rule) for rule in denied]
    if access.service == "operator":
        topics = f"{', '.join(ADMINISTERS)}: every topic of the registry"
        more = [topics, *(_told(rule) for rule in access.rules() if rule.resource != "topic")]
    return (
        f"| `service:{access.service}` | {_topics(access.reads)} | {_topics(access.writes)} "
        f"| {'; '.join(dict.fromkeys(more))} |"
    )


def _reads_no_topic(rule: AccessRule) -> bool:
    return rule.operation in ("read", "write") and rule.resource != "topic"


def _topics(names: Sequence[str]) -> str:
    if set(names) == {spec.name for spec in ALL}:
        return "every topic of the registry"
    return ", ".join(f"`{name}`" for name in names)


def _told(rule: AccessRule | StoreRule) -> str:
    verb = rule.operation if rule.allows else f"**not** {rule.operation}"
    return f"{verb} {rule.resource} `{rule.name}`"


def _of_state() -> str:
    keeper = " or ".join(f"`service:{service}`" for service in STATE_KEEPERS)
    own = rules_of_state("", "STATE", "STATE-state-changelog", 1)
    rows = [(keeper, [rule for rule in own if not rule.service])]
    tended = list(rules_of_tending("STATE", "STATE-state-changelog", 1))
    rows += [
        (f"`service:{service}`", [rule for rule in tended if rule.service == service])
        for service in ("operator", "client")
    ]
    return "".join(f"| {who} | {_joined(rules)} |\n" for who, rules in rows)


def _of_links() -> str:
    own = [_told(rule) for rule in rules_of_mirrored("LOCATION")]
    rows = [f"| centre | `store:LOCATION` | {_listed(own)} |\n"]
    for side in ("centre", "store"):
        rules = [r for r in rules_of_link("LOCATION", side) if r.service not in _EVERYWHERE]
        for service in sorted({rule.service for rule in rules}):
            told = [_told(rule) for rule in rules if rule.service == service]
            rows.append(f"| {side} | `service:{service}` | {_listed(told)} |\n")
    return "".join(rows)


_EVERYWHERE = ("client", "operator")


def _listed(told: Iterable[str]) -> str:
    return "; ".join(sorted(told))


def _joined(rules: Iterable[AccessRule]) -> str:
    told = "; ".join(dict.fromkeys(_told(rule) for rule in rules))
    return told.replace("`STATE-0`", "`STATE-PARTITION`")
