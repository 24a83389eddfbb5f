"""A board on the servers of a test, whose fixtures tell bare addresses."""

from contextlib import AbstractAsyncContextManager

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from clients.registration import RegistrationAccess
from dashboards.board.people.policy import OPEN_TO_THE_MACHINE, AccessPolicy
from tillstream import board
from tillstream.board import OpenBoard
from tillstream.certificates import Certificate


def open_board(
    kafka: str,
    postgres: str,
    host: str = "127.0.0.1",
    port: int = 0,
    policy: AccessPolicy = OPEN_TO_THE_MACHINE,
    certificate: Certificate | None = None,
    registration: RegistrationAccess | None = None,
) -> AbstractAsyncContextManager[OpenBoard]:
    """See `tillstream.board.open_board`."""
    access = KafkaAccess(kafka), PostgresAccess(postgres)
    return board.open_board(*access, host, port, policy, certificate, registration)
