"""``tillstream tokens``: with which machines read the API."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, TypeVar

import typer

from dashboards.board.api import tokens
from dashboards.board.feed.writing import Work
from tillstream.by_hand import in_one_transaction

T = TypeVar("T")

Name = Annotated[str, typer.Argument(help="Whose token it is, such as erp or billing.test.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(help="Tokens with which machines read the API.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_tokens)
    group.command("revoke")(revoke)
    app.add_typer(group, name="tokens")


def add(
    name: Name,
    days: Annotated[
        int, typer.Option(min=1, max=tokens.DAYS_MAX, help="For so long.")
    ] = tokens.DAYS_DEFAULT,
    no_end: Annotated[
        bool, typer.Option("--no-end", help="Until it is revoked, however long that takes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a token that may read all that a viewer may see. It is printed once, and kept as a hash.

    Exit status 1 if the name is taken or cannot be one.
    """
    token = _do(lambda work: tokens.add(work, name, None if no_end else days))
    typer.echo(json.dumps({"name": name, "token": token}) if as_json else token)


def list_tokens(as_json: AsJson = False) -> None:
    """Show all tokens that were ever made, with their ends."""
    found = _do(tokens.listed)
    if as_json:
        told = [
            {
                "name": each.name,
                "role": each.role,
                "created_at": each.created_at.isoformat(),
                "expires_at": each.expires_at and each.expires_at.isoformat(),
                "revoked_at": each.revoked_at and each.revoked_at.isoformat(),
            }
            for each in found
        ]
        typer.echo(json.dumps({"tokens": told}))
    else:
        typer.echo("\n".join(map(_line, found)) or "no tokens yet: tillstream tokens add NAME")


def revoke(name: Name, as_json: AsJson = False) -> None:
    """Let nobody in with a token any more, from now on. Exit status 1 if there is no such."""
    _do(lambda work: tokens.revoke(work, name))
    typer.echo(json.dumps({"name": name, "revoked": True}) if as_json else f"{name} is revoked")


def _line(token: tokens.ListedToken) -> str:
    ends = "no end" if token.expires_at is None else f"until {_minute(token.expires_at)}"
    state = ends if token.revoked_at is None else f"revoked {_minute(token.revoked_at)}"
    return f"{token.name:<24} {token.role:<8} {state}"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"


def _do(act: Callable[[Work], Awaitable[T]]) -> T:
    return in_one_transaction(act, tokens.TokenError)
