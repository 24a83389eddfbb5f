"""This checkout: where it lies, what its settings are called, how a part of it is run."""

import sys
from collections.abc import Mapping
from pathlib import Path

HOME = Path(__file__).resolve().parent.parent
"""The packages are run from here and never installed elsewhere."""

PREFIX = "TILLSTREAM_"
"""Of every setting, in the environment."""


def module(*words: str) -> list[str]:
    """The command that runs a module of this checkout, on the interpreter of this process."""
    # -P keeps the current folder, whatever is in it, off the import path.
    return [sys.executable, "-P", "-m", *words]


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """What such a command needs, with ``settings`` by name."""
    given = {f"{PREFIX}{name.upper()}": value for name, value in settings.items()}
    return {"PYTHONPATH": str(HOME), "PYTHONUNBUFFERED": "1", **given}
