"""``tillstream tokens``: with which machines read the API."""

from datetime import datetime
from typing import Annotated

import typer

from dashboards.board.api import tokens
from tillstream.by_hand import in_one_transaction
from tillstream.terminal import AsJson, grouped, mendable, tell

Name = Annotated[str, typer.Argument(help="Whose token it is, such as erp or billing.test.")]


group = grouped("Tokens with which machines read the API.")


@group.command()
@mendable(tokens.TokenError)
def add(
    name: Name,
    days: Annotated[
        int, typer.Option(min=1, max=tokens.DAYS_MAX, help="For so long.")
    ] = tokens.DAYS_DEFAULT,
    no_end: Annotated[
        bool, typer.Option("--no-end", help="Until it is revoked, however long that takes.")
    ] = False,
    may_book: Annotated[
        bool, typer.Option("--may-book", help="It may also make documents and book them.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a token that may read all that a viewer may see. It is printed once, and kept as a hash.

    Exit status 1 if the name is taken or cannot be one.
    """
    role, until = "merchandiser" if may_book else "viewer", None if no_end else days
    token = in_one_transaction(lambda work: tokens.add(work, name, until, role))
    tell(as_json, {"name": name, "token": token}, token)


@group.command("list")
def list_tokens(as_json: AsJson = False) -> None:
    """Show all tokens that were ever made, with their ends."""
    found = in_one_transaction(tokens.listed)
    words = list(map(_line, found)) or ["no tokens yet: tillstream tokens add NAME"]
    tell(as_json, {"tokens": found}, words)


@group.command()
@mendable(tokens.TokenError)
def revoke(name: Name, as_json: AsJson = False) -> None:
    """Let nobody in with a token any more, from now on. Exit status 1 if there is no such."""
    in_one_transaction(lambda work: tokens.revoke(work, name))
    tell(as_json, {"name": name, "revoked": True}, f"{name} is revoked")


def _line(token: tokens.ListedToken) -> str:
    ends = "no end" if token.expires_at is None else f"until {_minute(token.expires_at)}"
    state = ends if token.revoked_at is None else f"revoked {_minute(token.revoked_at)}"
    return f"{token.name:<24} {token.role:<8} {state}"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
