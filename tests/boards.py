"""A board on the servers of a test, whose fixtures tell bare addresses."""

from contextlib import AbstractAsyncContextManager

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from dashboards.board.people.policy import OPEN_TO_THE_MACHINE, AccessPolicy
from tillstream import board
from tillstream.board import OpenBoard


def open_board(
    kafka: str,
    postgres: str,
    host: str = "127.0.0.1",
    port: int = 0,
    policy: AccessPolicy = OPEN_TO_THE_MACHINE,
) -> AbstractAsyncContextManager[OpenBoard]:
    """See `tillstream.board.open_board`."""
    return board.open_board(KafkaAccess(kafka), PostgresAccess(postgres), host, port, policy)
