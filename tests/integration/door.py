"""Knocks at a broker's door without a client's patience: who is refused is told so at once."""

import socket
import ssl
from dataclasses import dataclass

from aiokafka.errors import KafkaConnectionError

from clients import async_kafka
from clients.kafka import KafkaAccess

PATIENCE_SECONDS = 30
"""For an answer or the end of the connection: a limit, not an expectation."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request that carries nothing, by its number and version in Kafka's protocol."""

    api: int
    version: int
    body: bytes = b""

    def on_the_wire(self) -> bytes:
        """With its length in front; correlation id 1, and no name of ours."""
        words = (self.api.to_bytes(2), self.version.to_bytes(2), b"\0\0\0\1", b"\xff\xff")
        said = b"".join(words) + self.body
        return len(said).to_bytes(4) + said


VERSIONS = Question(api=18, version=0)
"""Which versions are spoken: every door has to answer that, to whom it lets in."""

TOPICS = Question(api=3, version=1, body=b"\xff\xff\xff\xff")
"""Which topics there are."""


def asked_in_cleartext(address: str, question: Question) -> bytes:
    """What comes back; nothing where the door is shut."""
    with _connected(address) as plain:
        plain.sendall(question.on_the_wire())
        return plain.recv(64)


def is_answered(address: str, context: ssl.SSLContext, question: Question) -> bool:
    """Whether a handshake and a question are answered, and not by an alert or the end."""
    try:
        with (
            _connected(address) as plain,
            context.wrap_socket(plain, server_hostname=address.split(":")[0]) as door,
        ):
            door.sendall(question.on_the_wire())
            return door.recv(8)[4:] == b"\0\0\0\1"
    except TimeoutError:
        raise  # neither let in nor refused
    except (ssl.SSLError, ConnectionError):
        return False


async def lets_in(access: KafkaAccess) -> bool:
    """Whether a client that tries once comes in and is told of the cluster."""
    client = async_kafka.client(access)
    try:
        await client.bootstrap()
    except KafkaConnectionError:
        return False
    else:
        # A token that is refused is told so in a word that aiokafka takes for one of welcome.
        return bool(client.cluster.brokers())
    finally:
        await client.close()


def _connected(address: str) -> socket.socket:
    host, port = address.split(":")
    return socket.create_connection((host, int(port)), timeout=PATIENCE_SECONDS)
