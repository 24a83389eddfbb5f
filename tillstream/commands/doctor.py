"""``tillstream doctor``: what is wrong, and what to do."""

import difflib
import os
from collections.abc import Callable
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from local import control
from operations.doctor.examination import examine
from operations.doctor.finding import Finding, Patient, bad
from operations.security.examination import examine as examine_security
from tillstream.settings import PREFIX, Settings, SettingsError, load_settings
from tillstream.terminal import AsJson, MetricsAddresses, tell

STYLES = {"good": "green", "bad": "bold red", "unknown": "yellow"}


def command(
    metrics: MetricsAddresses = None,
    only_bad: Annotated[
        bool, typer.Option("--only-bad", help="Leave out what is as it should be.")
    ] = False,
    security: Annotated[
        bool,
        typer.Option(
            "--security",
            help="Tell what stands open instead: try each door as nobody in particular would.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find what is wrong with the settings or a broken installation, and say what to do.

    Changes nothing. Exit status 1 if anything is wrong.
    """
    found = _findings(metrics, examine_security if security else examine)
    shown = [each for each in found if not only_bad or each.verdict != "good"]
    if as_json:
        tell(True, shown, "")
    else:
        _print(shown)
    raise typer.Exit(1 if any(each.verdict == "bad" for each in found) else 0)


def _findings(
    metrics: list[str] | None, examined: Callable[[Patient], list[Finding]]
) -> list[Finding]:
    try:
        settings = load_settings()
    except SettingsError as fault:
        return [bad("settings", str(fault), f"unset or rename it{_nearest()}")]
    except ValidationError as fault:
        return [
            bad(
                "settings",
                f"{PREFIX}{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}",
                "correct its value; tillstream/settings.py says what it means",
            )
            for each in fault.errors()
        ]
    try:
        installation = settings.installation()
    except SettingsError as fault:
        return [bad("settings", str(fault), "correct the address")]
    return examined(Patient(installation, tuple(metrics or control.metrics(settings.stack_home()))))


def _nearest() -> str:
    """Which known setting each unknown one is nearest to."""
    known = [PREFIX + name.upper() for name in Settings.model_fields]
    unknown = [name for name in os.environ if name.startswith(PREFIX) and name not in known]
    near = [(name, difflib.get_close_matches(name, known, 1)) for name in sorted(unknown)]
    told = [f"{name} may mean {found[0]}" for name, found in near if found]
    return ": " + ", ".join(told) if told else ""


def _print(found: list[Finding]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for each in found:
        verdict = Text(f"{each.verdict:<8}", style=STYLES[each.verdict])
        console.print(verdict, Text(f"{each.check:<13} {each.finding}"), sep="")
        if each.remedy:
            console.print(Text(f"{'':<22}-> {each.remedy}"))
    wrong = sum(each.verdict == "bad" for each in found)
    console.print(f"{wrong} wrong" if wrong else "Nothing is wrong.")
