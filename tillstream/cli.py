"""The command line: one module a command under `tillstream.commands`, joined here."""

import gc
import importlib
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType

import typer

from tillstream import commands
from tillstream.terminal import mendable


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
    for name in _modules(arguments):
        _add(app, name.replace("_", "-"), importlib.import_module(f"{commands.__name__}.{name}"))
    return app


def _add(app: typer.Typer, name: str, module: ModuleType) -> None:
    if hasattr(module, "group"):
        app.add_typer(module.group, name=name)
    else:
        app.command(name)(module.command)


def _tillstream() -> None:
    """Makes Typer ask for a command's name even where only one is there."""


def _modules(arguments: Sequence[str]) -> list[str]:
    known = [module.name for module in pkgutil.iter_modules(commands.__path__)]
    wanted = arguments[0].replace("-", "_") if arguments else ""
    return [wanted] if wanted in known else known


def main() -> None:
    """Run the command."""
    arguments = sys.argv[1:]
    with mendable():
        app = build(arguments)
        gc.freeze()
        gc.enable()
        app(prog_name="tillstream")
