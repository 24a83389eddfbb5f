"""What may be asked of the back office, by pages, programs and commands.

Quantities are in base units.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from dashboards.backoffice.documents import LOSSES, Why
from topics.scalars import EPOCH_MAX, NUMBER_MAX, Identifier

LINES_MAX = 5_000
"""Of one document. A shop of 10,000 products counts in two; each is a movement of one transaction,
which the worker folds in one go."""

Quantity = Annotated[int, Field(ge=-NUMBER_MAX, le=NUMBER_MAX, strict=True)]

Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]

Words = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1024, pattern=r"^[^\x00]*$"),
]

DocumentKind = Literal["order", "delivery", "transfer", "count", "adjustment", "vendor_return"]

AskedAct = Literal["receive", "send", "take_in", "begin", "count", "commit", "book", "close"]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AskedGoods(_Asked):
    """So much of a product, which is named by its SKU or its GTIN."""

    code: Code = Field(description="The product's SKU, or its GTIN as a scanner reads it.")
    quantity: Quantity = Field(description="In the product's base unit.")


class AskedMark(_Asked):
    """How far a till was, as its screen says it."""

    epoch: int = Field(ge=1, le=EPOCH_MAX)
    sequence: int = Field(ge=0, le=NUMBER_MAX)


class AskedDocument(_Asked):
    """A document. Sent again under the same id, it is the same; with other content it is refused.

    A `delivery`, an `adjustment` and a `vendor_return` tell of what has happened, and are booked at
    once where the location is booked here. An `order`, a `transfer` and a `count` wait.
    """

    document_id: Identifier = Field(description="Yours: the id under which it is booked once.")
    kind: DocumentKind
    location_id: Identifier = Field(description="Whose stock it is; of a transfer, who sends.")
    to_location_id: Identifier | None = Field(None, description="Of a transfer: who takes in.")
    lines: list[AskedGoods] = Field(max_length=LINES_MAX)
    supplier: Annotated[Words, Field(max_length=128)] | None = None
    why: Why | None = Field(None, description="Of an adjustment.")
    note: Words | None = None
    rounds: int = Field(
        1, ge=1, le=2, description="Of a count: how often each product is counted at least."
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        is_transfer = self.kind == "transfer"
        if is_transfer != (self.to_location_id is not None):
            raise ValueError("a transfer, and nothing else, names to_location_id")
        if self.to_location_id == self.location_id:
            raise ValueError("a transfer goes to another location")
        if (self.kind == "adjustment") != (self.why is not None):
            raise ValueError("an adjustment, and nothing else, says why")
        if not self.lines and self.kind != "count":
            raise ValueError("it names no product")
        if self.kind != "count":
            _require_signs(self.lines, may_be_negative=self.why == "correction")
        return self

    @property
    def writes_off(self) -> bool:
        """Whether its quantities are losses."""
        return self.why in LOSSES


class AskedBooking(_Asked):
    """One thing to be done with a document. Sent again under the same id, it is done once.

    `receive` (order), `send` and `take_in` (transfer), `count` and `book` take lines; `close` says
    that nothing more will come. `begin` starts a count: each till is noted as far as it was heard,
    or as ``marks`` say, which a till that is cut off shows on its screen.
    """

    booking_id: Identifier = Field(description="Yours: the id under which it is booked once.")
    location_id: Identifier
    act: AskedAct
    lines: list[AskedGoods] = Field(default_factory=list[AskedGoods], max_length=LINES_MAX)
    marks: dict[Identifier, AskedMark] = Field(
        default_factory=dict[Identifier, AskedMark], max_length=1_000
    )

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        takes_lines = self.act in ("receive", "send", "take_in", "count")
        if takes_lines != bool(self.lines):
            raise ValueError(f"{self.act} {'names products' if takes_lines else 'takes no lines'}")
        if self.marks and self.act != "begin":
            raise ValueError("marks are told when a count begins")
        if self.act == "count":
            if any(each.quantity < 0 for each in self.lines):
                raise ValueError("nobody counts less than nothing")
        else:
            _require_signs(self.lines, may_be_negative=False)
        return self


def _require_signs(lines: Iterable[AskedGoods], *, may_be_negative: bool) -> None:
    for each in lines:
        if each.quantity == 0 or (each.quantity < 0 and not may_be_negative):
            raise ValueError(f"{each.code}: the quantity must be above 0")
