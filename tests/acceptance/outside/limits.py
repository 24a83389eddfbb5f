"""The bounds that the contract names."""

from __future__ import annotations

from datetime import timedelta

NUMBER_MAX = 10**12
"""Every number of an input message lies within ± this."""

EPOCH_MAX = 2**31 - 1

SUM_MAX = 2**53 - 1
"""An event that would carry a sum beyond ± this is a dead letter."""

VERSION_MAX = 2**53 - 1
"""Generation 511 and 44 bits behind it."""

RANGES_MAX = 32_768
"""Missing ranges of a till's window."""

RANGES_TOLD = 1_000
"""How many of them `till.status` lists: the lowest."""

FORK_NUMBERS = 256
"""For so many of a till's last numbers another content is a fork; further back, a duplicate."""

KEPT = timedelta(days=400)
"""How long after its last event a business date or an older epoch stays open."""

FORK = "fork"
TOO_MANY_GAPS = "too_many_gaps"
OUT_OF_RANGE = "out_of_range"
DAY_CLOSED = "day_closed"
EPOCH_CLOSED = "epoch_closed"
MALFORMED = "malformed"
WRONG_PARTITION = "wrong_partition"
