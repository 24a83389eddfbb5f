"""``tillstream status``: how everything stands, at a glance."""

import time
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from local import control
from operations.installation import Installation
from operations.status.overview import look
from operations.status.screen import draw
from tillstream.settings import load_settings
from tillstream.terminal import AsJson, MetricsAddresses, tell

WATCH_EVERY_SECONDS = 2.0
"""Each look is some twenty requests: faster is load for nothing, slower does not feel live."""


def command(
    watch: Annotated[
        bool, typer.Option("--watch", help="Look again every two seconds, until Ctrl-C.")
    ] = False,
    metrics: MetricsAddresses = None,
    as_json: AsJson = False,
) -> None:
    """Workers, partitions, lag, last checkpoint, dead letters, connectors, slots and sink.

    What does not answer is shown as such. Exit status 1 if anything does not run as it should.
    """
    settings = load_settings()
    addresses = metrics or control.metrics(settings.stack_home())
    installation = settings.installation("kafka", "postgres")
    if watch:
        _watch(installation, addresses)
        return
    seen = look(installation, addresses)
    if as_json:
        tell(True, seen.as_json(), "", indent=2)
    else:
        Console(highlight=False).print(draw(seen))
    raise typer.Exit(1 if seen.faults else 0)


def _watch(installation: Installation, addresses: Sequence[str]) -> None:
    console = Console(highlight=False)
    with Live(
        draw(look(installation, addresses)), console=console, screen=console.is_terminal
    ) as live:
        try:
            while True:
                time.sleep(WATCH_EVERY_SECONDS)
                live.update(draw(look(installation, addresses)), refresh=True)
        except KeyboardInterrupt:
            return
