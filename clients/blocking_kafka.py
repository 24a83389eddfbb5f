"""kafka-python's clients; its types lag behind it, so what is made here is ``Any``.

They connect at once: each raises ``kafka.errors.KafkaError`` where the cluster does not answer.
Where TLS files cannot be used, it is `clients.errors.AccessError`.
"""

# pyright: reportMissingTypeStubs=false

from typing import Any

import kafka

from clients.kafka import KafkaAccess, Token
from clients.tokens import Tokens

_Consumer: Any = kafka.KafkaConsumer
_Producer: Any = kafka.KafkaProducer
_Admin: Any = kafka.KafkaAdminClient


def consumer(access: KafkaAccess, **options: Any) -> Any:
    """A ``KafkaConsumer``."""
    return _Consumer(**_arguments(access), **options)


def producer(access: KafkaAccess, **options: Any) -> Any:
    """A ``KafkaProducer``."""
    return _Producer(**_arguments(access), **options)


def admin(access: KafkaAccess, **options: Any) -> Any:
    """A ``KafkaAdminClient``."""
    return _Admin(**_arguments(access), **options)


def _arguments(access: KafkaAccess) -> dict[str, Any]:
    told = access.python_arguments()
    if isinstance(access.login, Token):
        told["sasl_oauth_token_provider"] = Tokens(access.login)
    return told
