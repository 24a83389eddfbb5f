"""What must not stand on a command line, typed or piped in: others could read it there."""

import getpass
import sys
from collections.abc import Collection

import msgspec
import typer


def typed(names: Collection[str], hidden: Collection[str] = ()) -> dict[str, str]:
    """Each value, asked for at the terminal; what is ``hidden`` is not shown."""
    try:
        return {
            name: getpass.getpass(f"{name}: ") if name in hidden else input(f"{name}: ")
            for name in names
        }
    except EOFError:
        sys.exit("tillstream: nothing was typed; programs use --stdin")


def object_from_stdin(names: Collection[str]) -> dict[str, str]:
    """A JSON object of texts from standard input, with none but these names."""
    try:
        given = msgspec.json.decode(sys.stdin.buffer.read(), type=dict[str, str])
    except msgspec.DecodeError as error:
        raise typer.BadParameter(f"standard input is no JSON object of texts: {error}") from error
    unknown = sorted(given.keys() - set(names))
    if unknown:
        raise typer.BadParameter(f"unknown: {', '.join(unknown)}; there is {', '.join(names)}")
    return given
