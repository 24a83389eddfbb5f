"""``tillstream rebuild``: the state made anew from the inputs, while everything goes on."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from operations.applications import BESIDE, FIRST, REBUILT, KeptState
from operations.crew import CrewStopped
from operations.installation import Installation
from operations.rebuild.building import Hire, RebuildPartition
from operations.rebuild.handover import NotBack
from operations.rebuild.members import RebuildMember
from operations.rebuild.run import Interrupted, Rebuild, Rebuilt, abandon, clean
from tillstream.crews import builders
from tillstream.interruption import interruption
from tillstream.logs import configure_logs
from tillstream.settings import load_settings

INTERRUPTED = 130
"""Exit status after Ctrl-C; the same command goes on where it was."""

SAY_EVERY_SECONDS = 30.0
"""Between two lines about how it stands, where nobody watches a terminal."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command(name="rebuild")(command)


def _kept(role: str) -> KeptState:
    if role in BESIDE and role not in REBUILT:
        raise typer.BadParameter(
            f"{role} remembers what it has said, by no rule; a rebuild of agents tells it all again"
        )
    if role not in REBUILT:
        raise typer.BadParameter(f"there is no {role!r}; there are {', '.join(REBUILT)}")
    return REBUILT[role]


def command(
    application: Annotated[
        str,
        typer.Option(
            metavar=f"[{'|'.join(REBUILT)}]",
            help="Whose state. products adds up what agents say, so it follows a rebuild of "
            "agents by itself; its own is for a corrected rule of its own.",
        ),
    ] = FIRST.role,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that share the partitions meanwhile.")
    ] = 1,
    give_up: Annotated[
        bool, typer.Option("--abandon", help="Drop the generation that is being built instead.")
    ] = False,
    clean_up: Annotated[
        bool,
        typer.Option("--clean", help="Remove what earlier generations keep instead."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for programs.")] = False,
) -> None:
    """Make the state anew from the first input on, by the rules of this checkout.

    The live workers go on meanwhile. The new state is the next generation: what it says passes
    what the one before said, in every reader. It says nothing before a partition is level with
    its inputs, and then once for each key what stands. When all are level, the local stack's
    workers are restarted onto it, one at a time; other workers you restart, and it waits for
    them. Broken off, the same command goes on where it was.

    Exit status: 0 done, 1 a worker ended or something stands in the way, 130 interrupted.
    """
    settings = load_settings()
    configure_logs(settings)
    installation, kept = settings.installation("kafka"), _kept(application)
    if give_up and clean_up:
        raise typer.BadParameter("say one of --abandon and --clean")
    if give_up:
        generation = abandon(installation, kept)
        _say(as_json, f"generation {generation} is abandoned", abandoned=generation)
    elif clean_up:
        removed = clean(installation, kept)
        named = ", ".join(map(str, removed)) or "nothing was left"
        _say(as_json, f"removed of generations: {named}", removed=removed)
    else:
        done = _rebuilt(installation, kept, workers, builders(settings))
        words = f"generation {done.generation} is live; '{kept.rebuild} --clean' removes the rest"
        _say(as_json, words, **asdict(done))


def _rebuilt(installation: Installation, kept: KeptState, workers: int, hire: Hire) -> Rebuilt:
    try:
        with interruption() as wished, _Screen() as screen:
            return Rebuild(installation, kept, workers, hire, wished, screen).run()
    except Interrupted:
        typer.echo("tillstream: interrupted; the same command goes on where it was", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except (CrewStopped, NotBack) as end:
        sys.exit(f"tillstream: {end}\nThe same command goes on where it was.")


def _say(as_json: bool, words: str, **told: object) -> None:
    typer.echo(json.dumps(told) if as_json else words)


class _Screen:
    """See `operations.rebuild.run.RebuildTold`: a bar a partition on a terminal, else lines."""

    def __init__(self) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        console = Console(stderr=True)
        self._bars = Progress(*columns, console=console, disable=not console.is_terminal)
        self._tasks: dict[int, TaskID] = {}
        self._most: dict[int, int] = {}
        self._said_at = -SAY_EVERY_SECONDS
        self._waited_for = ""

    def begins(self, generation: int, goes_on: bool) -> None:
        """A rebuild begins, or one that was broken off goes on."""
        self._line(f"generation {generation} is {'taken up again' if goes_on else 'begun'}")

    def stands(self, partitions: Sequence[RebuildPartition]) -> None:
        """How far each partition has come."""
        for each in partitions:
            most = self._most[each.number] = max(self._most.get(each.number, 0), each.unread, 1)
            task = self._tasks.get(each.number)
            if task is None:
                task = self._tasks[each.number] = self._bars.add_task("", total=None)
            words = f"partition {each.number:>3} {each.stage:<10}"
            self._bars.update(task, description=words, completed=most - each.unread, total=most)
        if self._bars.disable and time.monotonic() - self._said_at >= SAY_EVERY_SECONDS:
            self._said_at = time.monotonic()
            level = sum(each.is_level for each in partitions)
            unread = sum(each.unread for each in partitions)
            self._line(f"{level} of {len(partitions)} partitions are level, {unread:,} unread")

    def is_live(self, generation: int) -> None:
        """All are level: workers that start take the generation."""
        self._line(f"generation {generation} is live: workers that start take it")

    def restarts(self, worker: str) -> None:
        """A worker of the local stack is restarted."""
        self._line(f"restarting {worker}")

    def waits_for(self, older: Sequence[RebuildMember]) -> None:
        """Workers that have to be restarted by whoever runs them."""
        named = ", ".join(map(str, older))
        if named and named != self._waited_for:
            self._line(f"restart, one at a time: {named}")
        self._waited_for = named

    def _line(self, words: str) -> None:
        self._bars.console.print(words, markup=False, highlight=False, soft_wrap=True)

    def __enter__(self) -> "_Screen":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()
