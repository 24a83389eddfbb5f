"""A board on the servers of a test, whose fixtures tell bare addresses."""

from contextlib import AbstractAsyncContextManager

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from clients.registration import RegistrationAccess
from clients.tls import Tls
from dashboards.board.people.policy import OPEN_TO_THE_MACHINE, AccessPolicy
from operations.upkeep.metrics_door import MetricsDoor
from tillstream import board
from tillstream.board import OpenBoard


def open_board(
    kafka: str | KafkaAccess,
    postgres: str,
    host: str = "127.0.0.1",
    port: int = 0,
    policy: AccessPolicy = OPEN_TO_THE_MACHINE,
    certificate: Tls | None = None,
    registration: RegistrationAccess | None = None,
    store: str = "",
) -> AbstractAsyncContextManager[OpenBoard]:
    """See `tillstream.board.open_board`."""
    access = KafkaAccess(kafka) if isinstance(kafka, str) else kafka
    servers = access, PostgresAccess(postgres), MetricsDoor("127.0.0.1", 0)
    return board.open_board(*servers, host, port, policy, certificate, registration, store)
