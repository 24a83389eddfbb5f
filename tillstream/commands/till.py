"""``tillstream till``: what runs on a till's machine."""

from pathlib import Path
from typing import Annotated

import typer

from edge.journal.errors import JournalError
from tillstream import till_proxy, till_service
from tillstream.logs import begin
from tillstream.terminal import MetricsPort, mendable

Proxy = Annotated[
    bool,
    typer.Option(
        "--proxy",
        help="Only pass requests of programs on to the gateway, signed by the device's key.",
    ),
]
Voucher = Annotated[
    Path | None,
    typer.Option(
        help="File with the till's voucher, as devices add --json prints it. Without it, a program "
        "gives the till its voucher; one that was used is passed over.",
    ),
]
ProgramsPort = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=65535,
        help="Let programs in at this port of loopback, 0 for a free one, with the secret that "
        "lies in till/till.secret of the home; without it, at the socket till/till.sock.",
    ),
]
PagePort = Annotated[
    int,
    typer.Option(
        min=0,
        max=65535,
        help="Serve the till's page at this port of loopback; 0 takes a free one, which the log "
        "tells.",
    ),
]
Kiosk = Annotated[
    bool,
    typer.Option("--kiosk", help="Show the page in full screen, and again when the browser dies."),
]


def command(
    proxy: Proxy = False,
    voucher: Voucher = None,
    port: ProgramsPort = None,
    page_port: PagePort = 0,
    kiosk: Kiosk = False,
    metrics_port: MetricsPort = None,
) -> None:
    """Sell: keep the till's journal, serve page and programs, tell the gateway; until SIGTERM or
    Ctrl-C.

    A till asks for its voucher once and for nothing else; it sells whatever is away. What it keeps
    lies in the folder till of the home. With --proxy it is the proxy alone, for programs that keep
    a journal of their own: then TILLSTREAM_TILL_CERT, _KEY and _CA name the device's identity,
    TILLSTREAM_TILL_GATEWAY its store's gateway, and its door is till/proxy.sock or
    till/proxy.secret.
    """
    settings = begin(metrics_port=metrics_port)
    if proxy:
        till_proxy.run(settings, port)
        return
    with mendable(JournalError, words="the till ends: "):
        till_service.run(settings, port, voucher, till_service.PageWish(page_port, kiosk))
