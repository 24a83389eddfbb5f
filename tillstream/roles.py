"""The roles of `tillstream worker`, for its help.

What each runs is imported when it runs: a sink has no use for the engine and all agents.
"""

AGENTS = "agents"

SINK = "sink"
WEBHOOKS = "webhooks"

ROLES = {
    AGENTS: "keep stock, totals, alerts and till status from the inputs.",
    "products": "add up stock over all locations, by SKU.",
    "receipts": "say each accepted sale and return once.",
    SINK: "copy derived topics, ledger and receipts into PostgreSQL.",
    WEBHOOKS: "tell endpoints of restock alerts.",
}
"""What each does. All but the sink and the webhooks are of `tillstream.applications`."""
