"""``tillstream stock``: deliveries, transfers, counts and corrections by command."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from dashboards.backoffice.asked import AskedGoods
from dashboards.backoffice.documents import Why
from dashboards.backoffice.refusals import BookingRefused
from tillstream import stock_work
from tillstream.offer_work import WrongOffer, end_offer, make_offer
from tillstream.stock_work import WantedBooking
from tillstream.terminal import AsJson, grouped, mendable

group = grouped(
    "Book deliveries, transfers, counts and corrections, as the board's page for goods does."
)

Location = Annotated[str, typer.Argument(metavar="LOCATION", help="Id of the location.")]
Document = Annotated[str, typer.Argument(metavar="DOCUMENT", help="Id of the document.")]
Lines = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="CODE=QUANTITY", help="A SKU or GTIN and how many; as many as you like."
    ),
]
File = Annotated[
    Path | None,
    typer.Option(
        help="CSV with the columns code (or sku, gtin) and quantity. The same file is booked once."
    ),
]
Id = Annotated[
    str | None,
    typer.Option(help="Your own id of this booking: given again, it is booked once."),
]
Note = Annotated[str | None, typer.Option(help="A note to it.")]
Supplier = Annotated[str | None, typer.Option(help="Whose goods they are.")]


@group.command()
@mendable(BookingRefused)
def receive(
    location: Location,
    lines: Lines = None,
    order: Annotated[
        str | None, typer.Option(metavar="DOCUMENT", help="The order that they belong to.")
    ] = None,
    transfer: Annotated[
        str | None, typer.Option(metavar="DOCUMENT", help="The transfer that they come by.")
    ] = None,
    supplier: Supplier = None,
    file: File = None,
    id: Id = None,
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Receive goods: a delivery, a part of an order, or what comes by a transfer.

    Exit status 1 if it cannot be booked; nothing of it is then.
    """
    if order and transfer:
        raise typer.BadParameter("goods come by an order or by a transfer, and not by both")
    wanted = WantedBooking("delivery", location, read(lines, file), id, file, supplier, note)
    if document := order or transfer:
        stock_work.do(document, "receive" if order else "take_in", wanted, as_json)
    else:
        stock_work.make(wanted, as_json)


@group.command()
@mendable(BookingRefused)
def transfer(
    sender: Annotated[str, typer.Argument(metavar="FROM", help="Location that sends.")],
    receiver: Annotated[str, typer.Argument(metavar="TO", help="Location that takes in.")],
    lines: Lines = None,
    only_order: Annotated[
        bool, typer.Option("--only-order", help="Ask for it; nothing has left yet.")
    ] = False,
    file: File = None,
    id: Id = None,
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Send goods to another location: they are in transit until that one takes them in, by
    'tillstream stock receive TO --transfer DOCUMENT'.

    Exit status 1 if it cannot be booked; nothing of it is then.
    """
    wanted = WantedBooking("transfer", sender, read(lines, file), id, file, None, note, to=receiver)
    stock_work.transfer(wanted, not only_order, as_json)


@group.command()
@mendable(BookingRefused)
def count(
    location: Location,
    lines: Lines = None,
    mark: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TILL=EPOCH/NUMBER",
            help="How far a till that is cut off was then, by its screen; once for each.",
        ),
    ] = None,
    file: File = None,
    id: Id = None,
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Count products as they are now, and correct their levels.

    What a till sold before and tells later is subtracted once. Exit status 1 if it cannot be
    booked; nothing of it is then.
    """
    wanted = WantedBooking("count", location, read(lines, file), id, file, None, note)
    stock_work.count(wanted, dict(map(stock_work.mark_of, mark or ())), as_json)


@group.command()
@mendable(BookingRefused)
def adjust(
    location: Location,
    why: Annotated[Why, typer.Argument(help="For what reason.")],
    lines: Lines = None,
    file: File = None,
    id: Id = None,
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Write off what is lost, or set a level right: a 'correction' goes up, or down by CODE=-3.

    Exit status 1 if it cannot be booked; nothing of it is then.
    """
    wanted = WantedBooking("adjustment", location, read(lines, file), id, file, None, note, why=why)
    stock_work.make(wanted, as_json)


@group.command()
@mendable(BookingRefused)
def order(
    location: Location,
    lines: Lines = None,
    supplier: Supplier = None,
    file: File = None,
    id: Id = None,
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Order goods, to be received against. Exit status 1 if that cannot be."""
    stock_work.make(
        WantedBooking("order", location, read(lines, file), id, file, supplier, note), as_json
    )


@group.command("return")
@mendable(BookingRefused)
def return_goods(
    location: Location,
    lines: Lines = None,
    supplier: Supplier = None,
    file: File = None,
    id: Id = None,
    note: Note = None,
    as_json: AsJson = False,
) -> None:
    """Send goods back to their supplier. Exit status 1 if it cannot be booked."""
    kind, found = "vendor_return", read(lines, file)
    stock_work.make(WantedBooking(kind, location, found, id, file, supplier, note), as_json)


@group.command()
@mendable(BookingRefused)
def close(document: Document, location: Location, as_json: AsJson = False) -> None:
    """Wait for no more of a document. What a transfer still lacks is written off as lost.

    Exit status 1 if there is none that is open.
    """
    stock_work.do(document, "close", WantedBooking("order", location, []), as_json)


@group.command()
@mendable(WrongOffer)
def offer(
    location: Location,
    until: Annotated[
        str, typer.Option(help="The first moment at which it holds no more: 2026-12-24T18:00Z.")
    ],
    sku: Annotated[str | None, typer.Option(help="Of this product.")] = None,
    category: Annotated[str | None, typer.Option(help="Of all products of this one.")] = None,
    percent: Annotated[int | None, typer.Option(help="So much off.")] = None,
    price_minor: Annotated[
        int | None, typer.Option(help="At this price, in minor units, per each or per kilogram.")
    ] = None,
    begins: Annotated[
        str | None, typer.Option("--from", help="When it begins.", show_default="now")
    ] = None,
    id: Annotated[str | None, typer.Option(help="Your own id of it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make an offer of a location's own, within the centre's limit.

    In a store with a database of its own it is at the tills within seconds. Exit status 1 if it
    cannot be.
    """
    told = {"location_id": location, "sku": sku, "category": category, "percent": percent}
    told |= {"price_minor": price_minor, "offer_id": id, "valid_to": until}
    make_offer({**told, "valid_from": begins or datetime.now(UTC).isoformat()}, as_json)


@group.command("end-offer")
@mendable(WrongOffer)
def end_one_offer(
    location: Location,
    offer_id: Annotated[str, typer.Argument(metavar="OFFER", help="Id of the offer.")],
    as_json: AsJson = False,
) -> None:
    """End an offer now. Exit status 1 if the location has none of that id."""
    end_offer(offer_id, location, as_json)


@group.command("documents")
def list_documents(
    location: Annotated[
        str | None,
        typer.Argument(metavar="LOCATION", help="Id of a location; else all.", show_default=False),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also what is not open.")] = False,
    as_json: AsJson = False,
) -> None:
    """List documents that are open, the newest first, at most a thousand."""
    stock_work.documents(location, None if everything else "open", as_json)


@group.command("in-transit")
def list_in_transit(as_json: AsJson = False) -> None:
    """List what has left by transfers and has not come, the oldest first."""
    stock_work.in_transit(as_json)


def read(lines: list[str] | None, file: Path | None) -> list[AskedGoods]:
    """What the arguments, or the file, name; raises `BookingRefused`."""
    if file is not None:
        if lines:
            raise typer.BadParameter("name products as arguments or by --file, and not by both")
        return stock_work.lines_of_file(file)
    return [stock_work.line_of(each) for each in lines or ()]
