"""The store API's process: settings in, stores' questions answered, until it is asked to stop."""

import asyncio
import ssl
import sys
from datetime import UTC, datetime

import structlog

from clients.postgres import PostgresAccess
from edge.store_api.metrics import StoreApiMetrics, store_api_metrics
from edge.store_api.server import StoreApi, serving
from edge.store_api.visitors import tls
from tillstream.database_roles import STORE_API
from tillstream.process import measured, stop_asked
from tillstream.settings import Settings, SettingsError


def run(settings: Settings) -> None:
    """Answer stores until SIGTERM or SIGINT; what is under way is finished.

    Raises `SettingsError`. Ends the process with one line where the port is taken.
    """
    settings = settings.as_service(STORE_API.service)
    postgres, context = settings.postgres_access(STORE_API), _tls(settings)
    with measured(settings, "store-api", "store-api") as registry:
        try:
            asyncio.run(_serve(settings, postgres, context, store_api_metrics(registry)))
        except OSError as fault:
            sys.exit(f"tillstream: the store API cannot be served: {fault}")


async def _serve(
    settings: Settings, postgres: PostgresAccess, context: ssl.SSLContext, metrics: StoreApiMetrics
) -> None:
    api, stopping = StoreApi(postgres, metrics, lambda: datetime.now(UTC)), stop_asked()
    async with serving(api, settings.host, settings.store_api_port, context) as address:
        structlog.get_logger("tillstream.store-api").info("store_api_serves", address=address)
        await stopping.wait()


def _tls(settings: Settings) -> ssl.SSLContext:
    certificate, key, authorities = settings.files(
        "store API", "store_api_cert", "store_api_key", "store_api_ca"
    )
    try:
        return tls(certificate, key, authorities)
    except OSError as error:
        raise SettingsError(f"the store API has no identity in {certificate}: {error}") from error
