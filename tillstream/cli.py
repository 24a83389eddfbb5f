"""The command line: one module a command under `tillstream.commands`, joined here."""

import gc
import importlib
import pkgutil
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager

import typer

from clients.errors import AccessError
from operations.errors import OperationError
from tillstream import commands
from tillstream.settings import SettingsError


def build(arguments: Sequence[str] = ()) -> typer.Typer:
    """The command line, with all commands or with the one that ``arguments`` start with.

    One is enough to run it, and spares the others' imports: more than a second for all.
    """
    app = typer.Typer(
        name="tillstream",
        help="Live retail stock, checkout totals and restocking from till events.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_tillstream)
    for module in _modules(arguments):
        importlib.import_module(f"{commands.__name__}.{module}").register(app)
    return app


def _tillstream() -> None:
    """Makes Typer ask for a command's name even where only one is there."""


def _modules(arguments: Sequence[str]) -> list[str]:
    known = [module.name for module in pkgutil.iter_modules(commands.__path__)]
    wanted = arguments[0].replace("-", "_") if arguments else ""
    return [wanted] if wanted in known else known


def main() -> None:
    """Run the command."""
    arguments = sys.argv[1:]
    with mendable_in_one_line():
        app = build(arguments)
        gc.freeze()
        gc.enable()
        app(prog_name="tillstream")


@contextmanager
def mendable_in_one_line() -> Generator[None]:
    """End with one line on standard error where the user can mend the fault."""
    try:
        yield
    except (SettingsError, OperationError, AccessError) as error:
        sys.exit(f"tillstream: {error}")
