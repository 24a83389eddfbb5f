"""What a store says of itself, in `up.LOCATION.reports` under the header ``report: store_status``.

At the centre it becomes a message of `store.status`, under the location's id.
"""

from topics.event_parts import Contract
from topics.scalars import Count, Identifier, Text, UtcTime

STATUS_REPORT = "store_status"


class StoreStatus(Contract):
    """How far a store is with its feed, at ``reported_at`` by its own clock.

    ``applied_version`` is the highest version of `down.LOCATION` of which everything up to there is
    in its database, 0 before the first, and ``feed`` whose version it is: `topics.down.FeedHead`'s.
    ``head_version`` is the newest head that it has read; ``is_whole`` says whether rows and hash
    agreed with that head once all was applied, and is null until then. ``set_aside`` counts rows
    that it keeps and does not know how to use.
    """

    location_id: Identifier
    reported_at: UtcTime
    applied_version: Count
    feed: Text | None = None
    head_version: Count | None = None
    is_whole: bool | None = None
    set_aside: Count = 0
    build: Text | None = None
