"""``tillstream customers``: who buys, under ids that say nothing; and how they are erased."""

from typing import Annotated

import typer

from operations.people import customers
from tillstream.people import people_changed, people_kept
from tillstream.terminal import AsJson, grouped, tell
from tillstream.typed import object_from_stdin, typed

CustomerId = Annotated[str, typer.Argument(help="The customer's id.", metavar="CUSTOMER_ID")]
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


group = grouped("Customers, and how they are erased.")


@group.command()
def add(stdin: FromStdin = False, consent: Consents = None, as_json: AsJson = False) -> None:
    """Add a customer, and print the random id by which all else knows them.

    Name, contact and card are asked for, or read with --stdin: as arguments, every user of this
    machine could read them. Each may be empty. They are sealed under a key of the customer's own.
    Exit status 1 if the card is another customer's.
    """
    fields = object_from_stdin(customers.FIELDS) if stdin else typed(customers.FIELDS)
    with people_kept() as people:
        customer_id = customers.add(people, fields, dict.fromkeys(consent or (), True))
    tell(as_json, {"customer_id": customer_id}, customer_id)


@group.command()
def show(customer_id: CustomerId, as_json: AsJson = False) -> None:
    """Show a customer with name, contact and card; the audit log says that you looked.

    Exit status 1 if there is no such customer, or none any more.
    """
    with people_kept() as people:
        found = customers.show(people, customer_id)
    agreed = [name for name, given in found.consents.items() if given]
    shown = {**found.fields, "consents": ", ".join(agreed) or "none"}
    tell(as_json, found, (f"{name:<9} {text}" for name, text in shown.items()))


@group.command()
def erase(customer_id: CustomerId, as_json: AsJson = False) -> None:
    """Erase a customer for good: the key is deleted, so that nobody reads what was sealed under
    it, in no topic, table or copy. A proof stays, with the id alone.

    To erase once more changes nothing. Exit status 1 if there never was such a customer.
    """
    with people_changed() as connection:
        done = customers.erase(connection, customer_id)
    verb = "was erased before" if done.again else "is erased"
    words = (
        f"{customer_id} {verb}: {done.erased_at.isoformat()}, by {done.erased_by}",
        f"What is left: the id on {done.receipts} receipts, which leads to nobody.",
        "Copies of the wrapped key in the database's backups and write-ahead log open with the "
        "wrapping key until they are gone: keep them for 30 days at most.",
    )
    tell(as_json, done, words)
