"""``tillstream returns``: goods that came back, as the centre finds them."""

from typing import Annotated

import msgspec
import typer

from operations.returns.disputed import disputed, lines
from tillstream.database_roles import LOOKING
from tillstream.settings import load_settings
from tillstream.terminal import AsJson, grouped, mendable, tell

group = grouped("Goods that came back: which returns nothing explains.")


@group.callback()
def _returns() -> None:  # pyright: ignore[reportUnusedFunction]
    """Makes Typer ask for the command's name even where only one is there."""


@group.command("disputed")
@mendable()
def disputed_returns(
    location: Annotated[
        str | None,
        typer.Option(help="Of this location's receipts and tills alone.", metavar="LOCATION_ID"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List returns of more than was bought or paid, with every till that took goods back.

    A return whose receipt nobody knows is listed after a week: a store that is cut off may still
    keep the sale. One that a late sale explains is listed no more.

    Exit status: 0 there is none, 1 there are some.
    """
    found = disputed(load_settings().postgres_access(LOOKING), location)
    tell(as_json, msgspec.to_builtins(found), lines(found))
    raise typer.Exit(1 if found else 0)
