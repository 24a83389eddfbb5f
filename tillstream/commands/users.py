"""``tillstream users``: who may sign in at the board."""

import getpass
import sys
from typing import Annotated

import typer

from dashboards.board.live.visitor import ROLES, Role, role_named
from dashboards.board.people import passwords, users
from dashboards.board.people.listed import listed
from tillstream.board_users import line, session_line
from tillstream.by_hand import in_one_transaction
from tillstream.terminal import grouped, mendable, tell

Name = Annotated[str, typer.Argument(help="The name that is typed at sign-in.")]
RoleOption = Annotated[str, typer.Argument(help=f"One of {', '.join(ROLES)}.", metavar="ROLE")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

SESSION_TOLD = ("who", "role", "address", "browser", "created_at", "expires_at")

group = grouped("Who may sign in at the board, and as what.")


@group.command()
@mendable(users.UserError)
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
    in_one_transaction(lambda work: users.add(work, name, wanted, password_hash))
    tell(as_json, {"name": name, "role": wanted}, f"{name} may sign in as {wanted}")


@group.command("list")
def list_users(as_json: AsJson = False) -> None:
    """Show all users with role, state and last sign-in."""
    found = in_one_transaction(users.listed)
    words = list(map(line, found)) or ["no users yet: tillstream users add NAME"]
    tell(as_json, {"users": found}, words)


@group.command()
@mendable(users.UserError)
def role(name: Name, role: RoleOption, as_json: AsJson = False) -> None:
    """Give a user another role, from their next click on. Exit status 1 if there is no such."""
    wanted = _role(role)
    in_one_transaction(lambda work: users.set_role(work, name, wanted))
    tell(as_json, {"name": name, "role": wanted}, f"{name} is now {wanted}")


@group.command()
@mendable(users.UserError)
def disable(name: Name, as_json: AsJson = False) -> None:
    """Sign a user out within seconds, and let them in no more. What they did stays told.

    Exit status 1 if there is no such user.
    """
    in_one_transaction(lambda work: users.disable(work, name))
    tell(as_json, {"name": name, "disabled": True}, f"{name} can no longer sign in")


@group.command()
@mendable(users.UserError)
def enable(name: Name, as_json: AsJson = False) -> None:
    """Let a disabled user in again. Exit status 1 if there is no such user."""
    in_one_transaction(lambda work: users.enable(work, name))
    tell(as_json, {"name": name, "disabled": False}, f"{name} may sign in again")


@group.command()
@mendable(users.UserError)
def passwd(name: Name, password_stdin: FromStdin = False, as_json: AsJson = False) -> None:
    """Set another password; who is signed in with the old one is signed out.

    Exit status 1 if there is no such user, or the password is too short.
    """
    password_hash = _new_password(password_stdin)
    in_one_transaction(lambda work: users.set_password(work, name, password_hash))
    tell(as_json, {"name": name}, f"{name} has another password")


@group.command()
@mendable(users.UserError)
def forget_phone(name: Name, as_json: AsJson = False) -> None:
    """Take the second factor away from who has lost phone and codes; they are signed out.

    Exit status 1 if there is no such user, or they have none.
    """
    in_one_transaction(lambda work: users.forget_phone(work, name))
    tell(as_json, {"name": name}, f"{name} signs in without a phone, or sets up another")


@group.command()
def sessions(as_json: AsJson = False) -> None:
    """Show who is signed in: users, and people who came by an OpenID Connect provider."""
    found = in_one_transaction(lambda work: listed(work.query))
    told = [{name: getattr(each, name) for name in SESSION_TOLD} for each in found]
    words = list(map(session_line, found)) or ["nobody is signed in"]
    tell(as_json, {"sessions": told}, words)


@group.command()
@mendable(users.UserError)
def sign_out(
    who: Annotated[str, typer.Argument(help="As 'tillstream users sessions' shows them.")],
    as_json: AsJson = False,
) -> None:
    """End all sessions of somebody within seconds; they may sign in again.

    Exit status 1 if they are not signed in.
    """
    ended = in_one_transaction(lambda work: users.sign_out(work, who))
    if not ended:
        sys.exit(f"tillstream: {who} is not signed in: 'tillstream users sessions' shows who is")
    tell(as_json, {"who": who, "ended": ended}, f"{who} is signed out ({ended})")


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
