"""kafka-python's clients; its types lag behind it, so what is made here is ``Any``.

They connect at once: each raises ``kafka.errors.KafkaError`` where the cluster does not answer.
Where TLS files cannot be used, it is `clients.errors.AccessError`.
"""

# pyright: reportMissingTypeStubs=false

from typing import Any

import kafka

from clients.kafka import KafkaAccess

_Consumer: Any = kafka.KafkaConsumer
_Producer: Any = kafka.KafkaProducer
_Admin: Any = kafka.KafkaAdminClient


def consumer(access: KafkaAccess, **options: Any) -> Any:
    """A ``KafkaConsumer``."""
    return _Consumer(**access.python_arguments(), **options)


def producer(access: KafkaAccess, **options: Any) -> Any:
    """A ``KafkaProducer``."""
    return _Producer(**access.python_arguments(), **options)


def admin(access: KafkaAccess, **options: Any) -> Any:
    """A ``KafkaAdminClient``."""
    return _Admin(**access.python_arguments(), **options)
