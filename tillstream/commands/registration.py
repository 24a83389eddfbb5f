"""``tillstream registration``: gives tills their certificates."""

from typing import Annotated

import typer

from tillstream import registration as process
from tillstream.logs import configure_logs
from tillstream.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(registration)


def registration(
    host: Annotated[str | None, typer.Option(help="Address to bind.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port to bind; 0 takes a free one.")
    ] = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of /metrics; 0 takes a free one.")
    ] = None,
) -> None:
    """Register tills and give them their certificates, until SIGTERM or Ctrl-C.

    Tills enrol by EST (RFC 7030) or by JSON, with the voucher of 'tillstream devices add', and
    renew with what they hold. It needs PostgreSQL, a certificate of its own
    (TILLSTREAM_REGISTRATION_CERT) and the authority that issues for devices
    (TILLSTREAM_REGISTRATION_ISSUING_CERT).
    """
    settings = load_settings(host=host, registration_port=port, metrics_port=metrics_port)
    configure_logs(settings)
    process.run(settings)
