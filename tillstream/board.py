"""Puts the live board together: one process that reads Kafka and PostgreSQL and serves pages."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import web

from clients.kafka import KafkaAccess
from clients.loopback import is_loopback
from clients.postgres import PostgresAccess
from clients.registration import RegistrationAccess
from clients.renewal import LOOK_SECONDS, Renewal
from clients.tls import Tls
from dashboards.board.app import build
from dashboards.board.live.board import Board
from dashboards.board.people.policy import (
    OPEN_TO_THE_MACHINE,
    AccessPolicy,
    Provider,
    SecondFactor,
)
from operations.upkeep.identity import ProcessIdentity
from operations.upkeep.metrics_door import MetricsDoor
from operations.upkeep.metrics_server import MetricsServer
from tillstream.settings import Settings, SettingsError

SHUTDOWN_SECONDS = 3.0
"""How long a stop waits for answers that are under way; streams are told to end at once."""


@dataclass(frozen=True, slots=True)
class OpenBoard:
    """A board that serves: where, and the work behind it, which ends only by a fault.

    ``metrics`` is their address, on a port of its own.
    """

    address: str
    metrics: str
    work: asyncio.Task[None]


def policy_of(settings: Settings) -> AccessPolicy:
    """Who gets in, by the settings."""
    provider = Provider(
        issuer=settings.board_oidc_issuer,
        client_id=settings.board_oidc_client_id,
        client_secret=settings.board_oidc_client_secret,
        role_claim=settings.board_oidc_role_claim,
        roles=settings.board_oidc_roles,
        scope=settings.board_oidc_scope,
    )
    return AccessPolicy(
        sign_in=settings.board_sign_in == "required",
        address=settings.board_address.rstrip("/"),
        lifetime=timedelta(hours=settings.board_session_hours),
        behind_proxy=settings.board_behind_proxy,
        has_certificate=settings.board_cert is not None,
        second_factor=settings.board_second_factor or _second_factor(settings),
        provider=provider if provider.issuer else None,
    )


def certificate_of(settings: Settings) -> Tls | None:
    """The board's own, if it has one; `SettingsError` where half of it is missing."""
    chain, key = settings.board_cert, settings.board_key
    if (chain is None) != (key is None):
        raise SettingsError(
            "TILLSTREAM_BOARD_CERT and TILLSTREAM_BOARD_KEY belong together: set both"
        )
    return Tls(None, chain, key) if chain else None


def _second_factor(settings: Settings) -> SecondFactor:
    """Operators need one where others than this machine can reach the board."""
    name = urlsplit(settings.board_address).hostname or settings.host
    return "optional" if is_loopback(name) and is_loopback(settings.host) else "operators"


async def _keep_renewed(renewal: Renewal) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        renewal.look()


@asynccontextmanager
async def open_board(
    kafka: KafkaAccess,
    postgres: PostgresAccess,
    metrics: MetricsDoor,
    host: str = "127.0.0.1",
    port: int = 0,
    policy: AccessPolicy = OPEN_TO_THE_MACHINE,
    certificate: Tls | None = None,
    registration: RegistrationAccess | None = None,
    store: str = "",
) -> AsyncGenerator[OpenBoard]:
    """The board for the length of a block; port 0 takes a free one.

    It serves whether or not Kafka and PostgreSQL answer. Raises OSError where the port is taken,
    `PolicyError` where ``policy`` must not be served on ``host``, and `AccessError`.
    """
    policy.check(host)
    tls = certificate.public_context() if certificate else None
    board = Board(kafka, postgres)
    board.registry.register(ProcessIdentity("board", "board"))
    told = MetricsServer(metrics, board.registry)
    app = build(board, policy, registration, store)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    if certificate and tls:
        board.work.append(lambda: _keep_renewed(Renewal(certificate, tls)))
    work = asyncio.create_task(board.run())
    try:
        await web.TCPSite(runner, host, port, ssl_context=tls).start()
        scheme = "https" if tls else "http"
        yield OpenBoard(f"{scheme}://{host}:{runner.addresses[0][1]}", told.address, work)
    finally:
        await runner.cleanup()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await asyncio.to_thread(told.close)
