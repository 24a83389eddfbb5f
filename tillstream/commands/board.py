"""``tillstream board``: the live board."""

import asyncio
import contextlib
import logging
import signal
from typing import Annotated

import typer

from clients.errors import AccessError
from dashboards.board.people.policy import PolicyError
from dashboards.board.vendor import NotInstalled
from tillstream.board import certificate_of, open_board, policy_of
from tillstream.database_roles import BOARD
from tillstream.logs import begin
from tillstream.registration import access_of
from tillstream.settings import Settings
from tillstream.terminal import Host, Port, mendable, tell


@mendable(OSError, NotInstalled, PolicyError, AccessError, words="the board cannot be served: ")
def command(
    host: Host = None,
    port: Port = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the addresses as one JSON object.")
    ] = False,
) -> None:
    """Serve the live board: all locations, stock and alerts, as they change.

    Prints its address once it serves, also while Kafka or PostgreSQL are away: the pages then
    say so. Stops with Ctrl-C. /live and /ready are at the same address, /metrics on a port of
    their own (TILLSTREAM_METRICS_PORT).

    People must sign in: 'tillstream users add' gives them names, TILLSTREAM_BOARD_OIDC_ISSUER
    an OpenID Connect provider. TILLSTREAM_BOARD_SIGN_IN=none goes without, on the loopback only.
    Beyond the loopback the board speaks https by TILLSTREAM_BOARD_CERT and
    TILLSTREAM_BOARD_KEY, or stands behind a proxy that does, or does not start.
    """
    settings = begin(host=host, board_port=port).as_service(BOARD.service)
    # The board says once that Kafka is away; aiokafka would say it several times a second.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    asyncio.run(_serve(settings, as_json))


async def _serve(settings: Settings, as_json: bool) -> None:
    kafka, postgres = settings.kafka_access(), settings.postgres_access(BOARD)
    policy, certificate = policy_of(settings), certificate_of(settings)
    # Without one the pages of devices say that there is none.
    registration = access_of(settings) if settings.registration else None
    async with open_board(
        kafka,
        postgres,
        settings.metrics_door(),
        settings.host,
        settings.board_port,
        policy,
        certificate,
        registration,
        settings.store,
    ) as opened:
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, opened.work.cancel)
        told = {"address": opened.address, "metrics": opened.metrics}
        tell(as_json, told, opened.address)
        with contextlib.suppress(asyncio.CancelledError):
            await opened.work
