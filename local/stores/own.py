"""Which stores have a stack of their own, and what they have in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from local.own_till import OwnTill


@dataclass(frozen=True)
class OwnStore:
    """A location, and the tills that people sell at there; a warehouse has none.

    ``is_furnished`` where the simulated company has stock there, and somebody who may sell.
    """

    location_id: str
    tills: Sequence[OwnTill] = ()
    is_furnished: bool = False
