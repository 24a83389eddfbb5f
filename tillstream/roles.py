"""The roles of `tillstream worker`, for its help.

What each runs is imported when it runs: a sink has no use for the engine and all agents.
"""

AGENTS = "agents"

SINK = "sink"
WEBHOOKS = "webhooks"
MIRRORS = "mirrors"
ADMISSION = "admission"
REPLICATION = "replication"
FEEDS = "feeds"

ROLES = {
    AGENTS: "keep stock, totals, alerts and till status from the inputs.",
    "products": "add up stock over all locations, by SKU.",
    "receipts": "say each accepted sale and return once.",
    SINK: "copy derived topics, ledger and receipts into PostgreSQL.",
    WEBHOOKS: "tell endpoints of restock alerts.",
    MIRRORS: "guard and watch the mirrors of a store, in that store.",
    ADMISSION: "move on what stores send, each for itself alone, at the centre.",
    REPLICATION: "keep a store's database equal to its feed, in that store.",
    FEEDS: "tell each store its master data and its tills' confirmations, at the centre.",
}
"""What each does. Those before the sink are of `tillstream.applications`."""
