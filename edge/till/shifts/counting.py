"""Cash counted by denomination. Pure."""

import re
from collections.abc import Mapping

from topics.scalars import NUMBER_MAX

PIECES_MAX = 100_000
"""Of one denomination. A full drawer holds some thousand coins of a kind; more is an amount that
was typed where pieces belong."""

DENOMINATIONS_MAX = 40
"""Of one count. Currencies have some fifteen coins and notes."""

_MINOR = re.compile(r"[1-9][0-9]{0,8}\Z")


class WrongCount(ValueError):
    """A count that cannot be meant; the text says why."""


def counted_minor(counted: Mapping[str, int]) -> int:
    """What the pieces come to, in minor units; the denominations are minor units too: ``"2000"`` is
    the note of 20.00. An empty count is an empty drawer. Raises `WrongCount`."""
    if len(counted) > DENOMINATIONS_MAX:
        raise WrongCount(f"{DENOMINATIONS_MAX} denominations at most")
    for denomination, pieces in counted.items():
        if not _MINOR.match(denomination):
            raise WrongCount(f"no denomination in minor units: {denomination[:32]!r}")
        if not 0 <= pieces <= PIECES_MAX:
            raise WrongCount(f"0 to {PIECES_MAX} pieces of {denomination}, not {pieces}")
    total_minor = sum(int(each) * pieces for each, pieces in counted.items())
    if total_minor > NUMBER_MAX:
        raise WrongCount(f"the count comes to more than {NUMBER_MAX}")
    return total_minor
