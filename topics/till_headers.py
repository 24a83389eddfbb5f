"""What a store's gateway says of an event beside it: headers of messages in `till.cart-events`.

A till that writes to the topic itself sends none of them.
"""

from collections.abc import Sequence

HEAD_HEADER = "till-head"
"""Of the message that a signed head ends at: JSON of ``head``, ``signature`` and ``key_id``, the
SHA-256 of the device's certificate."""

UNLISTED_HEADER = "till-unlisted"
"""Of each event of a device that no list of its location named when the event came."""

UNLISTED = (UNLISTED_HEADER, b"1")

FORK_HEADER = "till-fork"
"""Of each event whose number the gateway holds with other content. The number is the other's, even
where that one is lost on its way and comes later: the till writes this one again under another
epoch, so here it never counts."""

FORK = (FORK_HEADER, b"1")


def is_unlisted(headers: Sequence[tuple[str, bytes]]) -> bool:
    """Whether a gateway says so."""
    return any(name == UNLISTED_HEADER for name, _ in headers)


def is_fork(headers: Sequence[tuple[str, bytes]]) -> bool:
    """Whether a gateway says so."""
    return any(name == FORK_HEADER for name, _ in headers)
