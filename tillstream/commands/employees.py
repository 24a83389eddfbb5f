"""``tillstream employees``: whom a card and a PIN let in at a till."""

import json
from pathlib import Path
from typing import Annotated

import typer

from identity import files
from operations.people import employees
from tillstream.people import people_changed, people_kept
from tillstream.terminal import AsJson, grouped, tell
from tillstream.typed import object_from_stdin, typed
from topics.scalars import NUMBER_MAX

SECRETS = ("card", "pin")

EmployeeId = Annotated[str, typer.Argument(help="The employee's id.", metavar="EMPLOYEE_ID")]


group = grouped("Whom a card and a PIN let in at a till.")


@group.command()
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
    with people_kept() as people:
        employees.add(people, new)
    told = {"employee_id": employee_id, "role": role, "locations": location or []}
    tell(as_json, told, f"{employee_id} may come in as {role}")


@group.command("list")
def list_employees(as_json: AsJson = False) -> None:
    """Show all employees with role and places; never a hash."""
    with people_changed() as connection:
        found = employees.listed(connection)
    tell(as_json, {"employees": found}, map(_line, found))


@group.command()
def deactivate(employee_id: EmployeeId, as_json: AsJson = False) -> None:
    """Let somebody in no more, as soon as the shops have heard of it.

    Exit status 1 if there is no such employee.
    """
    with people_changed() as connection:
        employees.deactivate(connection, employee_id)
    told = {"employee_id": employee_id, "active": False}
    tell(as_json, told, f"{employee_id} is let in no more")


@group.command()
def cards(
    location_id: Annotated[str, typer.Argument(help="The store.", metavar="LOCATION")],
    out: Annotated[Path, typer.Option("--out", help="The file; its owner alone may read it.")],
    as_json: AsJson = False,
) -> None:
    """Write a store's list of cards, by which its tills know employees with the line down.

    The cards are hashed under the store's own key, which is in the file. Put it into the folder
    `own` of that store's gateway, as cards.json; write it anew when employees or cards change.
    """
    with people_kept() as people:
        told = employees.cards_of_store(people, location_id)
    content = {"version": told.version, "key": told.key.hex(), "cards": dict(told.hashes)}
    try:
        out.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        files.write(out, json.dumps(content, sort_keys=True).encode() + b"\n")
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be written: {error}") from error
    count = len(told.hashes)
    tell(as_json, {"file": str(out), "cards": count}, f"{out}: {count} cards of {location_id}")


def _line(employee: employees.KnownEmployee) -> str:
    places = ", ".join(employee.locations) or "nowhere"
    state = "active" if employee.active else "let in no more"
    return f"{employee.employee_id:<24} {employee.role:<12} {state:<15} {places}"


def _limits(given: list[str] | tuple[str, ...]) -> dict[str, int]:
    limits: dict[str, int] = {}
    for text in given:
        name, _, number = text.partition("=")
        if not name or not number.isdecimal() or int(number) > NUMBER_MAX:
            raise typer.BadParameter(f"{text!r} is no NAME=NUMBER, of at most {NUMBER_MAX}")
        limits[name] = int(number)
    return limits
