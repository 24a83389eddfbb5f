"""Kafka's admin for the length of a block, for tests that make, widen or delete topics."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient


@asynccontextmanager
async def topic_admin(bootstrap: str) -> AsyncGenerator[Any]:
    """An admin client, connected; closed at the end."""
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()
