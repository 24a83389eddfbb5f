"""``tillstream shadow``: try this checkout's agents on the live inputs before they count."""

# pyright: reportMissingTypeStubs=false

import asyncio
import sys
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from clients.kafka import KafkaAccess
from operations.crew import CrewStopped, crew
from operations.generations.log import live as live_generation
from operations.shadow.report import as_json, difference_rows, summary, table
from operations.shadow.run import ShadowRequest, ShadowRun, ShadowStanding
from operations.shadow.sides import Shadow
from operations.shadow.stage import Stage
from tillstream.crews import shadows
from tillstream.interruption import interruption
from tillstream.settings import Settings, SettingsError, load_settings
from tillstream.terminal import ended, tell

DIFFERENT = 1
"""Exit status where something differs, or where the new version ended by itself."""

NOT_COMPARED = 2
"""Exit status where the comparison itself failed."""

HEADS = ("topic", "key", "field", "live", "shadow")


def command(
    application_id: Annotated[
        str,
        typer.Option(help="Application id of the shadow. [default: the live one's with -shadow]"),
    ] = "",
    until_caught_up: Annotated[
        bool,
        typer.Option(
            "--until-caught-up",
            help="End once both sides have read all inputs and every key is judged; "
            "without it, compare until Ctrl-C.",
        ),
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Processes that share the partitions.")] = 1,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave topics, group and state for looking at them.")
    ] = False,
    json_output: Annotated[
        bool, typer.Option("--json", help="Print the outcome as one JSON object.")
    ] = False,
) -> None:
    """Run this checkout's agents beside the live ones, on the same inputs, and compare.

    The shadow reads every input from its first offset under an application id of its own, and
    writes to topics of its own, `shadow.<application id>.<topic>`. Where live and shadow say the
    same version of a key, their values must be equal; in the end so must be the newest of each
    key. Of alerts, what stands in the end is compared. Topics, group and state go at the end.

    Exit status: 0 no difference, 1 differences or the new version stopped, 2 could not compare.
    """
    settings = load_settings()
    live = settings.application_id
    shadow = _shadow(settings.kafka_access(), live, application_id)
    standing = _run(settings, shadow, until_caught_up, workers, keep)
    differences = standing.comparison.differences()
    listed = [*table(HEADS, list(difference_rows(differences))), ""] if differences else []
    told = as_json(standing, live, shadow.application_id)
    tell(json_output, told, [*listed, *summary(standing)], indent=2)
    raise typer.Exit(DIFFERENT if differences else 0)


def _shadow(kafka: KafkaAccess, live: str, application_id: str) -> Shadow:
    shadow = Shadow(live, application_id or f"{live}-shadow", live_generation(kafka, live))
    if problem := shadow.problem():
        raise SettingsError(problem)
    return shadow


def _run(
    settings: Settings, shadow: Shadow, until_caught_up: bool, workers: int, keep: bool
) -> ShadowStanding:
    installation = settings.installation("kafka")
    stage = Stage(installation, shadow)
    request = ShadowRequest(installation.kafka, shadow, until_caught_up)
    stage.set_up()
    try:
        with interruption() as wished, crew(shadows(settings, shadow, workers)) as working:
            run = ShadowRun(request, wished, working.check, _tell)
            asyncio.run(run.run())
            return run.standing
    except (KafkaError, TimeoutError) as fault:
        _clear()
        raise ended(f"could not compare: {fault or type(fault).__name__}", NOT_COMPARED) from fault
    except CrewStopped as end:
        _clear()
        raise ended(f"the new version stopped: {end}", DIFFERENT) from end
    finally:
        _clear()
        if not keep:
            stage.take_down()


def _tell(standing: ShadowStanding) -> None:
    """One line that is written over, where somebody watches."""
    if sys.stderr.isatty():
        found = len(standing.comparison.differences())
        line = (
            f"unread: live {standing.live_lag}, shadow {standing.shadow_lag}; differences {found}"
        )
        typer.echo(f"\r\x1b[K{line}", err=True, nl=False)


def _clear() -> None:
    if sys.stderr.isatty():
        typer.echo("\r\x1b[K", err=True, nl=False)
