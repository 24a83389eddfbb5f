"""``tillstream worker``: the agents, the PostgreSQL sink, or the webhooks."""

from enum import StrEnum
from typing import Annotated

import typer

from tillstream.logs import configure_logs
from tillstream.settings import load_settings


class Role(StrEnum):
    """What a worker does."""

    AGENTS = "agents"
    SINK = "sink"
    WEBHOOKS = "webhooks"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(worker)


def worker(
    role: Annotated[
        Role,
        typer.Argument(
            help="agents: keep stock, totals, alerts and till status from the inputs. "
            "sink: copy derived topics, ledger and receipts into PostgreSQL. "
            "webhooks: tell endpoints of restock alerts.",
        ),
    ] = Role.AGENTS,
    name: Annotated[
        str | None,
        typer.Option(help="Name of this worker: its state folder and its place in the group."),
    ] = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port of /metrics; 0 takes a free one.")
    ] = None,
) -> None:
    """Run one worker until SIGTERM or Ctrl-C. Start more, each with its own name, to share the
    partitions.

    A worker that cannot write what it has read stops with status 70; whoever is started next
    carries on exactly there.
    """
    settings = load_settings(worker_name=name, metrics_port=metrics_port)
    configure_logs(settings)
    if role is Role.SINK:
        from tillstream import sink

        sink.run(settings)
    elif role is Role.WEBHOOKS:
        from tillstream import webhooks

        webhooks.run(settings)
    else:
        from tillstream import agents_worker

        agents_worker.run(settings)
