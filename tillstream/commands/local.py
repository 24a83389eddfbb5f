"""``tillstream local``: the whole stack on this machine."""

import shlex
import sys
from typing import Annotated, Literal

import typer

from local import control
from local.checkout import module
from local.home import StackHome
from local.report import Report
from local.stores import lines
from local.stores.line import LineState
from local.stores.lines import LineAway
from tillstream.settings import load_settings
from tillstream.terminal import AsJson, Yes, grouped, mendable, tell

STORES_MAX = 14
"""As many shops as the simulated company has beyond its first six."""

LineChange = Literal["cut", "slow", "heal"]

LINE_STATES: dict[LineChange, LineState] = {"cut": "cut", "slow": "slow", "heal": "up"}

group = grouped(
    "PostgreSQL, Kafka, Connect, workers, sink, board and simulated tills on this machine."
)


@group.command()
def up(
    detach: Annotated[
        bool,
        typer.Option("--detach", help="Return once everything is ready, and leave it running."),
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="How many workers share the work.")] = 1,
    simulator: Annotated[bool, typer.Option(help="Let simulated tills sell.")] = True,
    rate: Annotated[
        float | None, typer.Option(min=0, help="Events per second of the simulated tills.")
    ] = None,
    stores: Annotated[
        int,
        typer.Option(
            min=0,
            max=STORES_MAX,
            help="So many stores with a stack of their own and two tills each, beside the centre; "
            "from two on a warehouse with a stack of its own comes with them.",
        ),
    ] = 0,
) -> None:
    """Start everything; Ctrl-C stops it again.

    A server that TILLSTREAM_KAFKA, TILLSTREAM_POSTGRES or TILLSTREAM_CONNECT names is used as is.
    """
    home, report = _home(), Report()
    lock = home.lock()
    if lock is None:
        control.say_already_running(home, report)
        return
    if detach:
        lock.close()
        again = [argument for argument in sys.argv[1:] if argument != "--detach"]
        _exit_with(control.up_detached(home, module("tillstream", *again), report))
    from tillstream import local_up  # the other commands need nothing of what it takes to start one

    with lock:
        local_up.run(home, report, workers=workers, simulate=simulator, rate=rate, stores=stores)


@group.command()
def status(as_json: AsJson = False) -> None:
    """Addresses and processes of the stack; exit status 1 if it is not running."""
    home = _home()
    found = control.status(home)
    if as_json:
        tell(True, found.as_json(), "", indent=2)
    else:
        found.print(Report().console)
    _exit_with(0 if found.state == "running" else 1)


@group.command()
def link(
    location: Annotated[str, typer.Argument(metavar="LOCATION", help="Of a store of the stack.")],
    change: Annotated[
        LineChange,
        typer.Argument(
            metavar="cut|slow|heal",
            help="cut: what is open ends, and nothing passes. slow: each way takes longer and "
            "carries little. heal: all passes.",
        ),
    ],
) -> None:
    """Cut, slow down or heal the line between a store and the centre: all that passes there.

    Returns once the line does so. It stays until it is changed again, or the stack starts anew;
    `local status` shows it as link.
    """
    home = _home()
    known = [each["location_id"] for each in control.status(home).as_json()["stores"]]
    store = home.store(location)
    if location not in known or not store.folder.exists():
        raise typer.BadParameter(f"no store {location} with a line runs here")
    with mendable(LineAway):
        lines.change(store, LINE_STATES[change])
    typer.echo(f"The line of {location} is {LINE_STATES[change]}.")


@group.command()
def env() -> None:
    """Settings for programs of your own, for a shell: eval "$(tillstream local env)".

    psql and whatever else stands on libpq then comes to PostgreSQL as tillstream_client, which
    books and reads; the examples of docs/subscribe.md come to Kafka as the service client.
    """
    found = control.status(_home())
    if found.state != "running" or found.record is None:
        sys.exit("tillstream: the stack is not running: start it with 'tillstream local up'")
    for name, value in found.record.addresses.for_shells().items():
        typer.echo(f"export {name}={shlex.quote(value)}")


@group.command()
def down() -> None:
    """Stop everything; the data stay for the next start."""
    _exit_with(control.down(_home(), Report()))


@group.command()
def reset(yes: Yes = False) -> None:
    """Delete all data of the stopped stack: database, topics, states, logs."""
    home = _home()
    lock = home.lock()
    if lock is None:
        raise typer.BadParameter("the stack is running: stop it with 'tillstream local down' first")
    with lock:
        if not yes:
            typer.confirm(f"Delete all data in {home.folder}?", abort=True)
        home.reset()
    typer.echo(f"All data in {home.folder} are deleted.")


def _home() -> StackHome:
    return load_settings().stack_home()


def _exit_with(code: int) -> None:
    raise typer.Exit(code)
