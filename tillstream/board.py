"""Puts the live board together: one process that reads Kafka and PostgreSQL and serves pages."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from dashboards.board.app import build
from dashboards.board.live.board import Board
from dashboards.board.people.policy import OPEN_TO_THE_MACHINE, AccessPolicy, Provider
from operations.upkeep.identity import ProcessIdentity
from tillstream.settings import Settings

SHUTDOWN_SECONDS = 3.0
"""How long a stop waits for answers that are under way; streams are told to end at once."""


@dataclass(frozen=True, slots=True)
class OpenBoard:
    """A board that serves: where, and the work behind it, which ends only by a fault."""

    address: str
    work: asyncio.Task[None]


def policy_of(settings: Settings) -> AccessPolicy:
    """Who gets in, by the settings."""
    provider = Provider(
        issuer=settings.board_oidc_issuer,
        client_id=settings.board_oidc_client_id,
        client_secret=settings.board_oidc_client_secret,
        role_claim=settings.board_oidc_role_claim,
        roles=settings.board_oidc_roles,
    )
    return AccessPolicy(
        sign_in=settings.board_sign_in == "required",
        address=settings.board_address.rstrip("/"),
        lifetime=timedelta(hours=settings.board_session_hours),
        behind_proxy=settings.board_behind_proxy,
        provider=provider if provider.issuer else None,
    )


@asynccontextmanager
async def open_board(
    kafka: KafkaAccess,
    postgres: PostgresAccess,
    host: str = "127.0.0.1",
    port: int = 0,
    policy: AccessPolicy = OPEN_TO_THE_MACHINE,
) -> AsyncGenerator[OpenBoard]:
    """The board for the length of a block; port 0 takes a free one.

    It serves whether or not Kafka and PostgreSQL answer. Raises OSError where the port is taken,
    and `PolicyError` where ``policy`` must not be served on ``host``.
    """
    policy.check(host)
    board = Board(kafka, postgres)
    board.registry.register(ProcessIdentity("board", "board"))
    runner = web.AppRunner(build(board, policy), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    work = asyncio.create_task(board.run())
    try:
        await web.TCPSite(runner, host, port).start()
        yield OpenBoard(f"http://{host}:{runner.addresses[0][1]}", work)
    finally:
        await runner.cleanup()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
