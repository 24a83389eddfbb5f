"""``tillstream users``: who may sign in at the board."""

import getpass
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from dashboards.board.feed.writing import Work
from dashboards.board.live.visitor import ROLES, Role, role_named
from dashboards.board.people import passwords, users
from dashboards.board.people.listed import listed
from tillstream.board_users import line, session_line
from tillstream.by_hand import in_one_transaction

T = TypeVar("T")

Name = Annotated[str, typer.Argument(help="The name that is typed at sign-in.")]
RoleOption = Annotated[str, typer.Argument(help=f"One of {', '.join(ROLES)}.", metavar="ROLE")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(help="Who may sign in at the board, and as what.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_users)
    group.command("role")(role)
    group.command("disable")(disable)
    group.command("enable")(enable)
    group.command("passwd")(passwd)
    group.command("forget-phone")(forget_phone)
    group.command("sessions")(sessions)
    group.command("sign-out")(sign_out)
    app.add_typer(group, name="users")


def add(
    name: Name,
    role: Annotated[
        str, typer.Option("--role", help=f"One of {', '.join(ROLES)}.", metavar="ROLE")
    ] = "viewer",
    password_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:
    """Add a user; the password is asked for twice, or read with --password-stdin.

    A viewer sees, a merchandiser changes products and alerts, an operator may do all.
    Exit status 1 if the name is taken or cannot be one, or the password is too short.
    """
    wanted, password_hash = _role(role), _new_password(password_stdin)
    _do(lambda work: users.add(work, name, wanted, password_hash))
    _say(as_json, f"{name} may sign in as {wanted}", name=name, role=wanted)


def list_users(as_json: AsJson = False) -> None:
    """Show all users with role, state and last sign-in."""
    found = _do(users.listed)
    if as_json:
        told = [
            {
                "name": each.name,
                "role": each.role,
                "created_at": each.created_at.isoformat(),
                "disabled_at": each.disabled_at and each.disabled_at.isoformat(),
                "signed_in_at": each.signed_in_at and each.signed_in_at.isoformat(),
            }
            for each in found
        ]
        typer.echo(json.dumps({"users": told}))
    else:
        typer.echo("\n".join(map(line, found)) or "no users yet: tillstream users add NAME")


def role(name: Name, role: RoleOption, as_json: AsJson = False) -> None:
    """Give a user another role, from their next click on. Exit status 1 if there is no such."""
    wanted = _role(role)
    _do(lambda work: users.set_role(work, name, wanted))
    _say(as_json, f"{name} is now {wanted}", name=name, role=wanted)


def disable(name: Name, as_json: AsJson = False) -> None:
    """Sign a user out within seconds, and let them in no more. What they did stays told.

    Exit status 1 if there is no such user.
    """
    _do(lambda work: users.disable(work, name))
    _say(as_json, f"{name} can no longer sign in", name=name, disabled=True)


def enable(name: Name, as_json: AsJson = False) -> None:
    """Let a disabled user in again. Exit status 1 if there is no such user."""
    _do(lambda work: users.enable(work, name))
    _say(as_json, f"{name} may sign in again", name=name, disabled=False)


def passwd(name: Name, password_stdin: FromStdin = False, as_json: AsJson = False) -> None:
    """Set another password; who is signed in with the old one is signed out.

    Exit status 1 if there is no such user, or the password is too short.
    """
    password_hash = _new_password(password_stdin)
    _do(lambda work: users.set_password(work, name, password_hash))
    _say(as_json, f"{name} has another password", name=name)


def forget_phone(name: Name, as_json: AsJson = False) -> None:
    """Take the second factor away from who has lost phone and codes; they are signed out.

    Exit status 1 if there is no such user, or they have none.
    """
    _do(lambda work: users.forget_phone(work, name))
    _say(as_json, f"{name} signs in without a phone, or sets up another", name=name)


def sessions(as_json: AsJson = False) -> None:
    """Show who is signed in: users, and people who came by an OpenID Connect provider."""
    found = _do(lambda work: listed(work.query))
    if as_json:
        told = [
            {
                "who": each.who,
                "role": each.role,
                "address": each.address,
                "browser": each.browser,
                "created_at": each.created_at.isoformat(),
                "expires_at": each.expires_at.isoformat(),
            }
            for each in found
        ]
        typer.echo(json.dumps({"sessions": told}))
    else:
        typer.echo("\n".join(map(session_line, found)) or "nobody is signed in")


def sign_out(
    who: Annotated[str, typer.Argument(help="As 'tillstream users sessions' shows them.")],
    as_json: AsJson = False,
) -> None:
    """End all sessions of somebody within seconds; they may sign in again.

    Exit status 1 if they are not signed in.
    """
    ended = _do(lambda work: users.sign_out(work, who))
    if not ended:
        sys.exit(f"tillstream: {who} is not signed in: 'tillstream users sessions' shows who is")
    _say(as_json, f"{who} is signed out ({ended})", who=who, ended=ended)


def _role(text: str) -> Role:
    found = role_named(text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no role; the roles are {', '.join(ROLES)}")
    return found


def _new_password(from_stdin: bool) -> str:
    """The hash of what was typed or piped in."""
    password = sys.stdin.readline().rstrip("\n") if from_stdin else _typed()
    try:
        return passwords.hashed(password)
    except passwords.WeakPassword as fault:
        sys.exit(f"tillstream: {fault}")


def _typed() -> str:
    try:
        password = getpass.getpass("Password: ")
        again = getpass.getpass("Once more: ")
    except EOFError:
        sys.exit("tillstream: no password was typed; programs give it with --password-stdin")
    if password != again:
        sys.exit("tillstream: the two differ, nothing was changed")
    return password


def _do(act: Callable[[Work], Awaitable[T]]) -> T:
    return in_one_transaction(act, users.UserError)


def _say(as_json: bool, words: str, **told: object) -> None:
    typer.echo(json.dumps(told) if as_json else words)
