"""What a page is drawn from: what is known, the moment, and the words of who reads."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from dashboards.board.feed.memory import Memory
from dashboards.board.feed.usual import Usual
from dashboards.board.live.keys import Key
from dashboards.board.wording import words as wording
from dashboards.board.wording.words import Words
from dashboards.doubt.rule import CERTAIN, Doubt, Unheard, doubt_of

SILENT_AFTER_SECONDS = 90
"""A location without an event or heartbeat for so long counts as silent. A heartbeat that is
late once must not look like an outage; a till that is cut off should be seen within two minutes."""

UNKNOWN_PRODUCT = "Unknown product"


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known at ``now``, for one viewer."""

    memory: Memory
    usual: Usual
    words: Words
    now: datetime

    def where(self, location_id: str) -> tzinfo:
        """The clock of a location."""
        return wording.zone(self.memory.place(location_id).time_zone)

    def name_of(self, sku: str) -> str:
        """What a product is called, as far as somebody has looked."""
        product = self.memory.products.get(sku)
        return product.name if product else UNKNOWN_PRODUCT

    def quantity(self, value: int, sku: str) -> str:
        """A quantity of a product, in its unit."""
        product = self.memory.products.get(sku)
        return self.words.quantity(value, product.unit if product else "each")

    def known(self, sku: str) -> str:
        """A mark for whether the product is known."""
        return "known" if self.memory.products.get(sku) else "unknown"

    def unheard(self, location_id: str) -> Unheard:
        """What nobody has heard of a location: its silence, and what is known to be missing."""
        tills = self.memory.tills
        seen = tills.last_seen(location_id)
        missing = sum(till.missing_events for till in tills.at(location_id))
        if heard_state(seen, self.now) != "silent" or seen is None:
            return Unheard(0.0, missing)
        return Unheard(self.usual.days_between(location_id, seen, self.now), missing)

    def doubt(self, location_id: str, sku: str) -> Doubt:
        """How much less than its level there may be, as far as somebody has looked."""
        sold = self.memory.sold.get(location_id, sku)
        return CERTAIN if sold is None else doubt_of(sold, self.unheard(location_id))

    def state(self, location_id: str) -> str:
        """``open``, ``silent``, ``closed`` or ``unheard``: a key of `wording.STATES`.

        A location that is silent when it usually sells nothing is closed.
        """
        state = heard_state(self.memory.tills.last_seen(location_id), self.now)
        if state == "silent" and self.usual.sells_now(location_id, self.now) is False:
            return "closed"
        return state


@dataclass(frozen=True, slots=True)
class Shown:
    """One piece of a page as it should look now.

    ``cells`` are texts by name. ``marks`` become ``data-*`` attributes: a word, or empty. ``seen``
    is when it was last heard, in milliseconds since 1970, or empty. ``notes`` are short texts
    with a severity each. ``gone`` pieces leave the page.
    """

    key: Key
    cells: dict[str, str] = field(default_factory=dict[str, str])
    marks: dict[str, str] = field(default_factory=dict[str, str])
    seen: str = ""
    notes: tuple[tuple[str, str], ...] = ()
    gone: bool = False

    def marked(self) -> Iterator[tuple[str, str]]:
        """The marks that say something."""
        return ((name, value) for name, value in self.marks.items() if value)


def heard_state(seen: datetime | None, now: datetime) -> str:
    """``open``, ``silent`` or ``unheard``, by when something was last heard."""
    if seen is None:
        return "unheard"
    return "silent" if (now - seen).total_seconds() > SILENT_AFTER_SECONDS else "open"


def milliseconds(at: datetime | None) -> str:
    """Milliseconds since 1970, as the page's script counts."""
    return str(int(at.astimezone(UTC).timestamp() * 1000)) if at else ""


def some(number: int) -> str:
    """A mark for a number that wants a look."""
    return "some" if number else ""
