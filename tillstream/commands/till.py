"""``tillstream till``: what runs on a till's machine."""

from typing import Annotated

import typer

from tillstream import till_proxy
from tillstream.logs import begin
from tillstream.terminal import MetricsPort


def command(
    proxy: Annotated[
        bool,
        typer.Option(
            "--proxy",
            help="Only pass requests of programs on to the gateway, signed by the device's key.",
        ),
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Let programs in at this port of loopback, 0 for a free one, with the secret that "
            "lies in till/proxy.secret of the home; without it, at the socket till/proxy.sock.",
        ),
    ] = None,
    metrics_port: MetricsPort = None,
) -> None:
    """Run a till's part until SIGTERM or Ctrl-C. So far there is its proxy alone: --proxy.

    TILLSTREAM_TILL_CERT, _KEY and _CA name the device's identity, TILLSTREAM_TILL_GATEWAY its
    store's gateway. The proxy speaks with this till's own store alone.
    """
    if not proxy:
        raise typer.BadParameter("say --proxy: the till's journal and page are not built yet")
    till_proxy.run(begin(metrics_port=metrics_port), port)
