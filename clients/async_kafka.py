"""aiokafka's clients; the library ships no types, so what is made here is ``Any``.

Where TLS files cannot be used, each of these raises `clients.errors.AccessError`.
"""

# pyright: reportMissingTypeStubs=false

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import aiokafka
import aiokafka.admin
import aiokafka.client

from clients.kafka import KafkaAccess

Consumer: Any = aiokafka.AIOKafkaConsumer
"""For what inherits from it, and is made with `KafkaAccess.python_arguments`."""

_Producer: Any = aiokafka.AIOKafkaProducer
_Admin: Any = aiokafka.admin.AIOKafkaAdminClient
_Client: Any = aiokafka.client.AIOKafkaClient


def consumer(access: KafkaAccess, **options: Any) -> Any:
    """An ``AIOKafkaConsumer``, not started."""
    return Consumer(**access.python_arguments(), **options)


def producer(access: KafkaAccess, **options: Any) -> Any:
    """An ``AIOKafkaProducer``, not started."""
    return _Producer(**access.python_arguments(), **options)


def admin(access: KafkaAccess) -> Any:
    """An ``AIOKafkaAdminClient``, not started."""
    return _Admin(**access.python_arguments())


def client(access: KafkaAccess) -> Any:
    """An ``AIOKafkaClient`` for requests that no other client makes; `bootstrap` connects it."""
    return _Client(**access.python_arguments())


@asynccontextmanager
async def asking(access: KafkaAccess) -> AsyncGenerator[Any]:
    """A `client` that is connected, for the length of a block."""
    opened = client(access)
    await opened.bootstrap()
    try:
        yield opened
    finally:
        await opened.close()
