"""Clients of Kafka and PostgreSQL are made in `clients/`, so that one place secures all links."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.checkout import CHECKOUT, PACKAGES

MAKERS = {
    "AIOKafkaConsumer": "clients.async_kafka.consumer",
    "AIOKafkaProducer": "clients.async_kafka.producer",
    "AIOKafkaAdminClient": "clients.async_kafka.admin",
    "AIOKafkaClient": "clients.async_kafka.client",
    "KafkaConsumer": "clients.blocking_kafka.consumer",
    "KafkaProducer": "clients.blocking_kafka.producer",
    "KafkaAdminClient": "clients.blocking_kafka.admin",
    "psycopg.connect": "clients.postgres.PostgresAccess.connect",
    "Connection.connect": "clients.postgres.PostgresAccess.connect",
    "AsyncConnection.connect": "clients.postgres.PostgresAccess.connect_async",
}
"""What makes a client, and what to use in its place."""

ADDRESSES = {
    "bootstrap_servers": "KafkaAccess.python_arguments",
    "bootstrap.servers": "clients.librdkafka.properties or clients.java_kafka.properties",
}
"""Names under which a client is told its servers: whoever writes one makes a client, too."""

APART = {
    # The ground floor imports no room; it asks its own servers whether they are ready.
    "local/kafka.py",
    "local/kafka_links.py",
    # It knocks as nobody: nothing of what the settings say of us goes along.
    "operations/security/postgres_door.py",
    # A program as its own users write it, to be compared with.
    "benchmarks/contenders/bare.py",
}
"""Files that make clients by themselves. The tests do, too: they look from outside."""


def test_clients_are_made_in_one_place() -> None:
    found = [told for path in _sources() for told in _made_in(path)]
    assert not found, "a client that TLS would pass by:\n" + "\n".join(found)


def test_nothing_stands_apart_that_need_not() -> None:
    needless = [name for name in APART if not list(_faults(CHECKOUT / name))]
    assert not needless, f"{needless} make no client any more: take them out of APART"


def _sources() -> Iterator[Path]:
    for package in PACKAGES:
        if package != "clients":
            yield from sorted((CHECKOUT / package).rglob("*.py"))


def _made_in(path: Path) -> Iterator[str]:
    if path.relative_to(CHECKOUT).as_posix() not in APART:
        yield from _faults(path)


def _faults(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        for name, instead in _named(node):
            line = getattr(node, "lineno", 0)
            yield f"{path.relative_to(CHECKOUT)}:{line}: {name}: use {instead}"


def _named(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What a node names of the above."""
    written = ""
    if isinstance(node, ast.Attribute | ast.Name):
        written = ast.unparse(node)
    elif isinstance(node, ast.alias):
        written = node.name
    elif isinstance(node, ast.keyword):
        written = node.arg or ""
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        written = node.value
    for name, instead in (MAKERS | ADDRESSES).items():
        if written == name or written.endswith(f".{name}"):
            yield name, instead
