"""What a local stack runs, by who starts it."""

from collections.abc import Sequence
from dataclasses import dataclass

from local.own_till import OwnTill
from local.stores.own import OwnStore


@dataclass(frozen=True)
class StackOptions:
    """What the user may choose. ``rate`` is events per second, None for the default.

    ``roles`` are those of `tillstream worker` that run once, beside the workers; ``stores`` are
    the locations that have a gateway at the centre, and ``till`` is one of theirs that people sell
    at. ``own_stores`` are locations with a stack of their own.
    """

    roles: Sequence[str]
    stores: Sequence[str] = ()
    till: OwnTill | None = None
    workers: int = 1
    simulate: bool = True
    rate: float | None = None
    own_stores: Sequence[OwnStore] = ()
