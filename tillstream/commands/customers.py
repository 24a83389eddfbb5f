"""``tillstream customers``: who buys, under ids that say nothing; and how they are erased."""

import dataclasses
import json
from typing import Annotated

import typer

from operations.people import customers
from operations.people.keeping import keeping, transaction
from tillstream.database_roles import KEEPING_PEOPLE
from tillstream.settings import load_settings
from tillstream.typed import object_from_stdin, typed

CustomerId = Annotated[str, typer.Argument(help="The customer's id.", metavar="CUSTOMER_ID")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
FromStdin = Annotated[
    bool,
    typer.Option(
        "--stdin", help="Read a JSON object with name, contact and card from standard input."
    ),
]
Consents = Annotated[
    list[str] | None,
    typer.Option("--consent", help="What the customer agrees to, such as marketing; repeatable."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    group = typer.Typer(help="Customers, and how they are erased.", no_args_is_help=True)
    group.command("add")(add)
    group.command("show")(show)
    group.command("erase")(erase)
    app.add_typer(group, name="customers")


def add(stdin: FromStdin = False, consent: Consents = None, as_json: AsJson = False) -> None:
    """Add a customer, and print the random id by which all else knows them.

    Name, contact and card are asked for, or read with --stdin: as arguments, every user of this
    machine could read them. Each may be empty. They are sealed under a key of the customer's own.
    Exit status 1 if the card is another customer's.
    """
    fields = object_from_stdin(customers.FIELDS) if stdin else typed(customers.FIELDS)
    settings = load_settings()
    with keeping(settings.postgres_access(KEEPING_PEOPLE), settings.key_file()) as people:
        customer_id = customers.add(people, fields, dict.fromkeys(consent or (), True))
    typer.echo(json.dumps({"customer_id": customer_id}) if as_json else customer_id)


def show(customer_id: CustomerId, as_json: AsJson = False) -> None:
    """Show a customer with name, contact and card; the audit log says that you looked.

    Exit status 1 if there is no such customer, or none any more.
    """
    settings = load_settings()
    with keeping(settings.postgres_access(KEEPING_PEOPLE), settings.key_file()) as people:
        found = customers.show(people, customer_id)
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(found)))
        return
    agreed = [name for name, given in found.consents.items() if given]
    for name, text in {**found.fields, "consents": ", ".join(agreed) or "none"}.items():
        typer.echo(f"{name:<9} {text}")


def erase(customer_id: CustomerId, as_json: AsJson = False) -> None:
    """Erase a customer for good: the key is deleted, so that nobody reads what was sealed under
    it, in no topic, table or copy. A proof stays, with the id alone.

    To erase once more changes nothing. Exit status 1 if there never was such a customer.
    """
    with transaction(load_settings().postgres_access(KEEPING_PEOPLE)) as connection:
        done = customers.erase(connection, customer_id)
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(done) | {"erased_at": done.erased_at.isoformat()}))
        return
    verb = "was erased before" if done.again else "is erased"
    typer.echo(f"{customer_id} {verb}: {done.erased_at.isoformat()}, by {done.erased_by}")
    typer.echo(f"What is left: the id on {done.receipts} receipts, which leads to nobody.")
    typer.echo(
        "Copies of the wrapped key in the database's backups and write-ahead log open with the "
        "wrapping key until they are gone: keep them for 30 days at most."
    )
