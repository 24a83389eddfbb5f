"""How large a sum may become before the event that would make it so is refused."""

from topics.scalars import SAFE_INTEGER_MAX

SUM_MAX = SAFE_INTEGER_MAX
"""Every sum stays within this and its negative: beyond it, readers in JavaScript round money, and
not far above it the 64 bits of encoder and database end."""


def fits(*sums: int) -> bool:
    """Whether all of ``sums`` are within the bound."""
    return max(sums) <= SUM_MAX and min(sums) >= -SUM_MAX
