"""The command line: one module a command under `tillstream.commands`, joined here."""

import importlib
import pkgutil
import sys

import typer

from tillstream import commands
from tillstream.settings import SettingsError

app = typer.Typer(
    name="tillstream",
    help="Live retail stock, checkout totals and restocking from till events.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for module in pkgutil.iter_modules(commands.__path__):
    importlib.import_module(f"{commands.__name__}.{module.name}").register(app)


def main() -> None:
    """Run the command; a fault that the user can mend is one line on standard error."""
    try:
        app()
    except SettingsError as error:
        sys.exit(f"tillstream: {error}")
