"""``tillstream worker``: an application's agents, the PostgreSQL sink, or the webhooks."""

from typing import Annotated

import typer

from tillstream.applications import AGENTS, APPLICATIONS
from tillstream.logs import configure_logs
from tillstream.settings import Settings, load_settings
from tillstream.terminal import MetricsPort

SINK = "sink"
WEBHOOKS = "webhooks"

OTHERS = {
    SINK: "copy derived topics, ledger and receipts into PostgreSQL.",
    WEBHOOKS: "tell endpoints of restock alerts.",
}
"""Roles that are no application of the engine's."""

HELP = {**{role: each.summary for role, each in APPLICATIONS.items()}, **OTHERS}


def _known(role: str) -> str:
    if role not in HELP:
        raise typer.BadParameter(f"there is no {role!r}; the roles are {', '.join(HELP)}")
    return role


def command(
    role: Annotated[
        str,
        typer.Argument(
            callback=_known,
            metavar=f"[{'|'.join(HELP)}]",
            help=" ".join(f"{name}: {does}" for name, does in HELP.items()),
        ),
    ] = AGENTS.role,
    name: Annotated[
        str | None,
        typer.Option(help="Name of this worker: its state folder and its place in the group."),
    ] = None,
    metrics_port: MetricsPort = None,
) -> None:
    """Run one worker until SIGTERM or Ctrl-C. Start more, each with its own name, to share the
    partitions.

    A worker that cannot write what it has read stops with status 70; whoever is started next
    carries on exactly there.
    """
    run_role(role, load_settings(worker_name=name, metrics_port=metrics_port))


def run_role(role: str, settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    configure_logs(settings)
    if role == SINK:
        from tillstream import sink

        sink.run(settings)
    elif role == WEBHOOKS:
        from tillstream import webhooks

        webhooks.run(settings)
    else:
        from tillstream import agents_worker

        agents_worker.run(settings, APPLICATIONS[role])
