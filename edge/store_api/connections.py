"""What a question may cost: a store waits a second in all, and this is what of it is the
database's."""

from edge.pooled import PoolLimits

LIMITS = PoolLimits(connections=8, connect_seconds=2, wait_seconds=0.8, statement_ms=700)
"""Of the second that a gateway waits, a fifth is left for the line. Later answers are nobody's, and
a question that takes longer keeps others waiting for nothing."""

NAME = "tillstream store API"
