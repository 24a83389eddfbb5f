"""``tillstream rebuild``: the state made anew from the inputs, while everything goes on."""

import sys
from typing import Annotated

import typer

from operations.applications import BESIDE, FIRST, REBUILT, KeptState
from operations.crew import CrewStopped
from operations.installation import Installation
from operations.rebuild.building import Hire
from operations.rebuild.handover import NotBack
from operations.rebuild.run import Interrupted, Rebuild, Rebuilt, abandon, clean
from operations.rebuild.screen import RebuildScreen
from tillstream.crews import builders
from tillstream.interruption import interruption
from tillstream.logs import begin
from tillstream.terminal import INTERRUPTED, AsJson, bars, ended, tell


def _known(role: str) -> str:
    if role in BESIDE and role not in REBUILT:
        raise typer.BadParameter(
            f"{role} remembers what it has said, by no rule; a rebuild of agents tells it all again"
        )
    if role not in REBUILT:
        raise typer.BadParameter(f"there is no {role!r}; there are {', '.join(REBUILT)}")
    return role


Role = Annotated[
    str,
    typer.Option(
        callback=_known,
        metavar=f"[{'|'.join(REBUILT)}]",
        help="Whose state. products adds up what agents say, so it follows a rebuild of agents by "
        "itself; its own is for a corrected rule of its own.",
    ),
]
Workers = Annotated[int, typer.Option(min=1, help="Processes that share the partitions meanwhile.")]
GiveUp = Annotated[
    bool, typer.Option("--abandon", help="Drop the generation that is being built instead.")
]
CleanUp = Annotated[
    bool, typer.Option("--clean", help="Remove what earlier generations keep instead.")
]


def command(
    application: Role = FIRST.role,
    workers: Workers = 1,
    give_up: GiveUp = False,
    clean_up: CleanUp = False,
    as_json: AsJson = False,
) -> None:
    """Make the state anew from the first input on, by the rules of this checkout.

    The live workers go on meanwhile. The new state is the next generation: what it says passes
    what the one before said, in every reader. It says nothing before a partition is level with
    its inputs, and then once for each key what stands. When all are level, the local stack's
    workers are restarted onto it, one at a time; other workers you restart, and it waits for
    them. Broken off, the same command goes on where it was.

    Exit status: 0 done, 1 a worker ended or something stands in the way, 130 interrupted.
    """
    settings = begin()
    installation, kept = settings.installation("kafka"), REBUILT[application]
    if give_up and clean_up:
        raise typer.BadParameter("say one of --abandon and --clean")
    if give_up:
        generation = abandon(installation, kept)
        words = f"generation {generation} is abandoned"
        tell(as_json, {"abandoned": generation}, words)
    elif clean_up:
        removed = clean(installation, kept)
        named = ", ".join(map(str, removed)) or "nothing was left"
        tell(as_json, {"removed": removed}, f"removed of generations: {named}")
    else:
        done = _rebuilt(installation, kept, workers, builders(settings))
        words = f"generation {done.generation} is live; '{kept.rebuild} --clean' removes the rest"
        tell(as_json, done, words)


def _rebuilt(installation: Installation, kept: KeptState, workers: int, hire: Hire) -> Rebuilt:
    try:
        with interruption() as wished, bars() as shown:
            return Rebuild(installation, kept, workers, hire, wished, RebuildScreen(shown)).run()
    except Interrupted:
        cause = "interrupted; the same command goes on where it was"
        raise ended(cause, INTERRUPTED) from None
    except (CrewStopped, NotBack) as end:
        sys.exit(f"tillstream: {end}\nThe same command goes on where it was.")
