"""Topics of what people decide on pages, for others to carry out: no worker reads them."""

from topics.documents import StoreDocument
from topics.handling import AlertHandling, RestockProposal
from topics.topic_spec import FOREVER_MS, TopicSpec

ALERT_HANDLING = TopicSpec(
    "cdc.alert-handling",
    "Who has acknowledged a restock alert, who looks after it, and what they noted.",
    "location_id",
    AlertHandling,
    "delete",
    FOREVER_MS,
)
RESTOCK_PROPOSALS = TopicSpec(
    "cdc.restock-proposals",
    "Transfers and orders that were proposed for a restock alert, accepted or withdrawn.",
    "location_id",
    RestockProposal,
    "delete",
    FOREVER_MS,
)
DOCUMENTS = TopicSpec(
    "cdc.documents",
    "What a location is to order, receive, transfer, count and set right.",
    "location_id",
    StoreDocument,
    "delete",
    FOREVER_MS,
)

DECISIONS = (ALERT_HANDLING, RESTOCK_PROPOSALS, DOCUMENTS)
"""What people decide on the board, for others to carry out: no worker reads them."""
