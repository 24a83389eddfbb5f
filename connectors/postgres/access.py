"""Which role may do what with which table: the only place that says so.

Each process of Tillstream comes to PostgreSQL under a role of its own. A table has one role that
writes it; `MASTER_DATA` and movements have two, the business's own programs and the board's pages.
In a store, master data and people come from the centre: there `REPLICATION` writes them. Of people
the board changes what two views show; what is hidden stays with its one writer. A new table, view,
or function that somebody calls is declared here, and `granting` brings a database to it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import LiteralString

SINK = "tillstream_sink"
BOARD = "tillstream_board"
WEBHOOKS = "tillstream_webhooks"
GATEWAY = "tillstream_gateway"
REGISTRATION = "tillstream_registration"
STORE_API = "tillstream_store_api"
PEOPLE = "tillstream_people"
REPLICATION = "tillstream_replication"
CDC = "tillstream_cdc"
READER = "tillstream_reader"
CLIENT = "tillstream_client"
OPERATOR = "tillstream_operator"

ROLES: Mapping[str, str] = {
    SINK: "copies topics into the derived tables",
    BOARD: "serves people; also under which commands keep users and tokens",
    WEBHOOKS: "tells endpoints of alerts; also under which commands keep endpoints",
    GATEWAY: "takes what a store's tills send",
    REGISTRATION: "gives devices their identities",
    STORE_API: "answers stores: levels and receipts of others, and reserves returns",
    PEOPLE: "commands that keep employees and customers, which they hide and open",
    REPLICATION: "copies a store's feed into its tables, and judges nothing again",
    CDC: "Debezium: follows the changes of the captured tables",
    READER: "analysts: figures, and nothing of people",
    CLIENT: "the business's own programs: books, and reads all that is no secret",
    OPERATOR: "commands that look: reads all that is no secret",
}
"""Every role and what it is for. The owner, as which migrations run, is none of them."""

READ = frozenset({"SELECT"})
WRITE = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
APPEND = frozenset({"SELECT", "INSERT"})
KEPT = frozenset({"SELECT", "INSERT", "UPDATE"})
CHANGED = frozenset({"SELECT", "UPDATE"})

Granted = Mapping[str, frozenset[str]]
"""What each role may do with a table; a role that is not named may do nothing."""

MASTER_DATA = (
    *("products", "locations", "assortment"),
    *("prices", "offers", "recalls", "rule_tables"),
)

REPLICATED = (*MASTER_DATA, "employees", "customers")
"""What a store's feed brings."""

SHOWN = ("employees_shown", "customers_shown")
"""Views of people, without hashes and what is sealed."""

HANDLED = ("alert_handling", "restock_proposals")

DERIVED = (
    *("stock_levels", "checkout_totals", "restock_alerts", "till_status"),
    *("stock_ledger", "sales", "sale_lines", "disputed_returns"),
)

OF_BOARD = (
    *("board_users", "board_sessions", "board_second_factors", "board_recovery_codes"),
    *("board_half_sign_ins", "board_keys", "api_tokens"),
)

SECRETS = (
    *OF_BOARD,
    *("webhook_endpoints", "device_vouchers"),
    *("customer_keys", "employee_cards", "card_keys"),
)
"""Hashes, keys, and what signs webhooks: their writer alone reads them."""

TEMPORARY = frozenset({SINK})
"""Who may make temporary tables: a batch lands in one."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function that somebody calls by name, and who."""

    signature: LiteralString
    roles: frozenset[str]


FUNCTIONS = (
    Function(
        "record_in_audit_log(text, text, jsonb, jsonb, text, text)",
        frozenset({BOARD, WEBHOOKS, REGISTRATION, PEOPLE}),
    ),
    Function("renew_card_key(text, text)", frozenset({REGISTRATION, PEOPLE})),
    Function("forget_old_audit_entries()", frozenset({SINK})),
    Function("lived_before(integer)", frozenset({WEBHOOKS})),
    Function("replicated_digests(text)", frozenset({CLIENT, OPERATOR})),
    Function("erase_customer(text)", frozenset({BOARD, PEOPLE})),
    Function("books_here(text)", frozenset({BOARD, CLIENT, OPERATOR})),
    Function("take_document(jsonb)", frozenset({REPLICATION})),
    Function("take_back_document(text, text)", frozenset({REPLICATION})),
)


def _table(readers: Iterable[str] = (), /, **writers: frozenset[str]) -> Granted:
    written = {f"tillstream_{name}": rights for name, rights in writers.items()}
    return dict.fromkeys(readers, READ) | written


_LOOKING = (CLIENT, OPERATOR)
_FIGURES = (READER, BOARD, *_LOOKING)

TABLES: Mapping[str, Granted] = {
    # A policy that is deleted tells its readers so: the business may take its own rows away.
    **dict.fromkeys(
        MASTER_DATA, _table((*_FIGURES, CDC), client=WRITE, board=WRITE, replication=WRITE)
    ),
    # By them the sink decides each sale again.
    "rule_tables": _table((*_FIGURES, CDC, SINK), client=WRITE, board=WRITE, replication=WRITE),
    # A store's gateway tells its tills of the store's own.
    "offers": _table((*_FIGURES, CDC, GATEWAY), client=WRITE, board=WRITE, replication=WRITE),
    # What the centre allows is set by people on the board, and by no program.
    "business_limits": _table(_FIGURES, board=CHANGED),
    "stock_movements": _table((*_FIGURES, CDC), client=APPEND, board=APPEND),
    # What people want to be moved and counted, and what was done about it, with its movements.
    "documents": _table((*_FIGURES, CDC), board=KEPT),
    "document_bookings": _table(_FIGURES, board=APPEND),
    # What a store says to its own Kafka: triggers write it, its gateway takes it away.
    "outbox": _table(_LOOKING, gateway=frozenset({"SELECT", "DELETE"})),
    "own_offers": _table((GATEWAY, *_LOOKING)),
    # Written where a store is added: at the centre, and in the store that it is.
    "stores": _table(_FIGURES, client=WRITE),
    **dict.fromkeys(DERIVED, _table(_FIGURES, sink=WRITE)),
    # Of an alert whose item has left, nobody asks for the version that was told.
    "stock_levels": _table((*_FIGURES, WEBHOOKS, STORE_API), sink=WRITE),
    # Written by a trigger of the ledger.
    "stock_in_transit": _table(_FIGURES, sink=WRITE),
    # A till's newest epoch, as the centre has heard it, is where the next one begins.
    "till_status": _table((*_FIGURES, REGISTRATION, STORE_API), sink=WRITE),
    **dict.fromkeys(HANDLED, _table((*_FIGURES, CDC), board=KEPT)),
    # Written by a trigger of the sink's table, which runs as the owner.
    "alerts_rebuilt": _table(_LOOKING),
    "devices": _table((*_LOOKING, CDC), registration=KEPT),
    **dict.fromkeys(["device_lists", "device_alarms"], _table(_LOOKING, registration=KEPT)),
    # By them the sink verifies what tills have signed.
    "device_certificates": _table((*_LOOKING, SINK), registration=KEPT),
    "device_vouchers": _table(registration=KEPT),
    # Hashes and what is sealed: Debezium alone reads them beside their writer. Who is erased is
    # erased by a function, which deletes row and key and keeps the proof.
    "employees": _table((CDC,), people=KEPT, replication=WRITE),
    "customers": _table((CDC,), people=KEPT, replication=WRITE),
    "customer_keys": _table(people=APPEND),
    "customer_erasures": _table((*_LOOKING, PEOPLE, BOARD)),
    # Views without what is hidden: the board changes duties and consents through them.
    **dict.fromkeys(SHOWN, _table(board=CHANGED)),
    "employee_cards": _table(people=KEPT),
    "card_keys": _table(people=KEPT),
    # Who is erased is told how many receipts carry the id still.
    "sales": _table((*_FIGURES, PEOPLE, STORE_API), sink=WRITE),
    "sale_lines": _table((*_FIGURES, STORE_API), sink=WRITE),
    "return_reservations": _table(_LOOKING, store_api=WRITE),
    # Written by triggers and by record_in_audit_log, both as the owner.
    "audit_log": _table((BOARD, *_LOOKING)),
    # How long that keeps its entries, which the owner says, and what makes them old.
    **dict.fromkeys(["audit_retention", "days_lived"], _table(_LOOKING)),
    **dict.fromkeys(OF_BOARD, _table(board=WRITE)),
    "sink_offsets": _table((BOARD, *_LOOKING), sink=WRITE),
    # A count notes how far each till was told.
    "sink_tills": _table((BOARD, *_LOOKING), sink=WRITE),
    "returns_to_judge": _table(_LOOKING, sink=WRITE),
    "sink_refused": _table(_LOOKING, sink=WRITE),
    "sink_malformed": _table(_LOOKING, sink=WRITE),
    "webhook_endpoints": _table(webhooks=WRITE),
    "webhook_offsets": _table(_LOOKING, webhooks=WRITE),
    "webhook_versions": _table(_LOOKING, webhooks=WRITE),
    "webhook_deliveries": _table(_LOOKING, webhooks=WRITE),
    "webhook_dead_letters": _table(_LOOKING, webhooks=WRITE),
    "cdc_heartbeat": _table(_LOOKING, cdc=frozenset({"UPDATE"})),
    "cdc_signals": _table(_LOOKING, cdc=frozenset({"INSERT"})),
    # The feed as it came, of people too: who looks sees which rows are in no table, and why.
    **dict.fromkeys(["replicated_rows", "replicated_onward"], _table(replication=WRITE)),
    "replicated_aside": _table((BOARD, *_LOOKING)),
    "replication_state": _table((BOARD, *_LOOKING), replication=KEPT),
    "schema_migrations": _table(_LOOKING),
    "migration_hashes": _table(_LOOKING),
}
"""Each table of the schema, and what each role may do with it."""
