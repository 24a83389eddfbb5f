"""What commands share: options, how they answer, and how they end where the user can mend it."""

import json
import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from clients.errors import AccessError
from identity.errors import IdentityError
from operations.errors import OperationError
from tillstream.settings import SettingsError

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Host = Annotated[str | None, typer.Option(help="Address to bind.")]
Port = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Port to bind; 0 takes a free one.")
]
MetricsPort = Annotated[
    int | None, typer.Option(min=0, max=65535, help="Port of /metrics; 0 takes a free one.")
]
MetricsAddresses = Annotated[
    list[str] | None,
    typer.Option(
        "--metrics",
        help="Address of a process's /metrics; once for each. Without it, those of the local "
        "stack.",
    ),
]

INTERRUPTED = 130
"""Exit status after Ctrl-C, where the same command goes on."""


def grouped(about: str) -> typer.Typer:
    """Commands with one name before theirs."""
    return typer.Typer(help=about, no_args_is_help=True)


def tell(
    as_json: bool, told: object, words: str | Iterable[str], indent: int | None = None
) -> None:
    """Print ``told`` as JSON where a program asked, times in UTC; else ``words``, a line each."""
    if as_json:
        plain = msgspec.to_builtins(told, builtin_types=(datetime,))
        indent = 2 if isinstance(told, list) else indent
        typer.echo(json.dumps(plain, indent=indent, default=_utc))
        return
    for line in [words] if isinstance(words, str) else words:
        typer.echo(line)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def ended(cause: object, status: int) -> typer.Exit:
    """To be raised: the end with that status, once the cause is said on standard error."""
    typer.echo(f"tillstream: {cause}", err=True)
    return typer.Exit(status)


@contextmanager
def mendable(*faults: type[Exception], words: str = "") -> Generator[None]:
    """End with status 1 and one line where the user can mend it; ``words`` go before ``faults``."""
    try:
        yield
    except faults as fault:
        sys.exit(f"tillstream: {words}{fault}")
    except (SettingsError, OperationError, AccessError, IdentityError) as fault:
        sys.exit(f"tillstream: {fault}")


def bars(*more: "ProgressColumn", transient: bool = False) -> "Progress":
    """Progress on standard error, for who watches a terminal."""
    # Most commands have none, and start sooner without it.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), *(more or (MofNCompleteColumn(),)))
    hidden = not console.is_terminal
    return Progress(*columns, console=console, transient=transient, disable=hidden)
