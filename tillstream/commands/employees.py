"""``tillstream employees``: whom a card and a PIN let in at a till."""

import dataclasses
import json
from typing import Annotated

import typer

from operations.people import employees
from operations.people.keeping import keeping, transaction
from tillstream.database_roles import KEEPING_PEOPLE
from tillstream.settings import load_settings
from tillstream.typed import object_from_stdin, typed
from topics.scalars import NUMBER_MAX

SECRETS = ("card", "pin")

EmployeeId = Annotated[str, typer.Argument(help="The employee's id.", metavar="EMPLOYEE_ID")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(help="Whom a card and a PIN let in at a till.", no_args_is_help=True)
    group.command("add")(add)
    group.command("list")(list_employees)
    group.command("deactivate")(deactivate)
    app.add_typer(group, name="employees")


def add(
    employee_id: EmployeeId,
    role: Annotated[str, typer.Option(help="Such as cashier, supervisor or manager.")] = "cashier",
    location: Annotated[
        list[str] | None, typer.Option("--location", help="Where they work; repeatable.")
    ] = None,
    limit: Annotated[
        list[str] | None,
        typer.Option("--limit", help="What they may do, as NAME=NUMBER; repeatable."),
    ] = None,
    stdin: Annotated[
        bool,
        typer.Option("--stdin", help="Read a JSON object with card and pin from standard input."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Let somebody in at the tills of some locations.

    Card and PIN are asked for, or read with --stdin: as arguments, every user of this machine
    could read them. They are kept as hashes, and the PIN works with this card alone.
    Exit status 1 if the id or the card is taken.
    """
    secrets = object_from_stdin(SECRETS) if stdin else typed(SECRETS, hidden=SECRETS)
    card, pin = (secrets.get(name, "") for name in SECRETS)
    new = employees.NewEmployee(employee_id, card, pin, role, location or (), _limits(limit or ()))
    settings = load_settings()
    with keeping(settings.postgres_access(KEEPING_PEOPLE), settings.key_file()) as people:
        employees.add(people, new)
    told = {"employee_id": employee_id, "role": role, "locations": location or []}
    typer.echo(json.dumps(told) if as_json else f"{employee_id} may come in as {role}")


def list_employees(as_json: AsJson = False) -> None:
    """Show all employees with role and places; never a hash."""
    with transaction(load_settings().postgres_access(KEEPING_PEOPLE)) as connection:
        found = employees.listed(connection)
    if as_json:
        typer.echo(json.dumps({"employees": [dataclasses.asdict(each) for each in found]}))
        return
    for each in found:
        places = ", ".join(each.locations) or "nowhere"
        state = "active" if each.active else "let in no more"
        typer.echo(f"{each.employee_id:<24} {each.role:<12} {state:<15} {places}")


def deactivate(employee_id: EmployeeId, as_json: AsJson = False) -> None:
    """Let somebody in no more, as soon as the shops have heard of it.

    Exit status 1 if there is no such employee.
    """
    with transaction(load_settings().postgres_access(KEEPING_PEOPLE)) as connection:
        employees.deactivate(connection, employee_id)
    told = {"employee_id": employee_id, "active": False}
    typer.echo(json.dumps(told) if as_json else f"{employee_id} is let in no more")


def _limits(given: list[str] | tuple[str, ...]) -> dict[str, int]:
    limits: dict[str, int] = {}
    for text in given:
        name, _, number = text.partition("=")
        if not name or not number.isdecimal() or int(number) > NUMBER_MAX:
            raise typer.BadParameter(f"{text!r} is no NAME=NUMBER, of at most {NUMBER_MAX}")
        limits[name] = int(number)
    return limits
