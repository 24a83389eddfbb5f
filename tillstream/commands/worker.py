"""``tillstream worker``: an application's agents, the PostgreSQL sink, or the webhooks."""

from typing import Annotated

import typer

from tillstream.logs import configure_logs
from tillstream.roles import (
    ADMISSION,
    AGENTS,
    FEEDS,
    MIRRORS,
    REPLICATION,
    ROLES,
    SINK,
    WEBHOOKS,
)
from tillstream.settings import Settings, load_settings
from tillstream.terminal import MetricsPort


def _known(role: str) -> str:
    if role not in ROLES:
        raise typer.BadParameter(f"there is no {role!r}; the roles are {', '.join(ROLES)}")
    return role


def command(
    role: Annotated[
        str,
        typer.Argument(
            callback=_known,
            metavar=f"[{'|'.join(ROLES)}]",
            help=" ".join(f"{name}: {does}" for name, does in ROLES.items()),
        ),
    ] = AGENTS,
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
    elif role == MIRRORS:
        from tillstream import mirrors

        mirrors.run(settings)
    elif role == ADMISSION:
        from tillstream import admission

        admission.run(settings)
    elif role == REPLICATION:
        from tillstream import replication

        replication.run(settings)
    elif role == FEEDS:
        from tillstream import feeds

        feeds.run(settings)
    else:
        from tillstream import agents_worker, applications

        agents_worker.run(settings, applications.APPLICATIONS[role])
