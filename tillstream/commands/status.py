"""``tillstream status``: how everything stands, at a glance."""

import dataclasses
import json
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.live import Live

from local import control
from local.home import StackHome
from operations.installation import Installation
from operations.status.overview import Overview, look
from operations.status.screen import draw
from tillstream.settings import Settings, load_settings

WATCH_EVERY_SECONDS = 2.0
"""Each look is some twenty requests: faster is load for nothing, slower does not feel live."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(status)


def status(
    watch: Annotated[
        bool, typer.Option("--watch", help="Look again every two seconds, until Ctrl-C.")
    ] = False,
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            help="Address of a process's /metrics; once for each. Without it, those of the local "
            "stack."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Workers, partitions, lag, last checkpoint, dead letters, connectors, slots and sink.

    What does not answer is shown as such. Exit status 1 if anything does not run as it should.
    """
    settings = load_settings()
    addresses = metrics or _of_local_stack(settings)
    installation = settings.installation("kafka", "postgres")
    if watch:
        _watch(installation, addresses)
        return
    seen = look(installation, addresses)
    if as_json:
        typer.echo(json.dumps(as_plain(seen), indent=2))
    else:
        Console(highlight=False).print(draw(seen))
    raise typer.Exit(1 if seen.faults else 0)


def _of_local_stack(settings: Settings) -> Sequence[str]:
    found = control.status(StackHome(settings.home.absolute()))
    return found.as_json()["metrics"]


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


def as_plain(seen: Overview) -> dict[str, Any]:
    """For programs: the parts as they are, without what only other parts are made of."""
    told: dict[str, Any] = _plain(dataclasses.asdict(seen))
    told["kafka"].pop("ends")
    told["postgres"].pop("written")
    for process in told["processes"]:
        process.pop("figures")
    return {**told, "sink_lag_records": _plain(seen.sink_lag), "faults": seen.faults}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        items = cast(dict[Any, Any], value).items()
        return {key: _plain(each) for key, each in items if isinstance(key, str)}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in cast(list[Any], value)]
    return value.isoformat() if isinstance(value, datetime) else value
