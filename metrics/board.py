"""Metrics of the board. Part of the catalogue, `metrics.catalogue`."""

from metrics.goods import GOODS
from metrics.spec import BOARD_AGE_SECONDS_BUCKETS, MetricSpec
from metrics.upkeep import EVERYWHERE
from metrics.workers import FRESHNESS

BOARD_VIEWERS = MetricSpec("tillstream_board_viewers", "gauge", "Pages that are open now.")
BOARD_ROWS_PUSHED = MetricSpec(
    "tillstream_board_rows_pushed_total",
    "counter",
    "Changed rows sent to open pages, once for each page.",
)
BOARD_AGE = MetricSpec(
    "tillstream_board_age_seconds",
    "histogram",
    "Age of the newest event behind a changed row when it is sent to open pages.",
    buckets=BOARD_AGE_SECONDS_BUCKETS,
)
BOARD_DATABASE_UP = MetricSpec(
    "tillstream_board_database_up", "gauge", "1 while PostgreSQL answers the board."
)
BOARD_KAFKA_UP = MetricSpec(
    "tillstream_board_kafka_up", "gauge", "1 while Kafka answers the board."
)
BOARD_MALFORMED = MetricSpec(
    "tillstream_board_malformed_total",
    "counter",
    "Messages that the board passed over, for they are not what their topic's contract says.",
    ("topic",),
)
BOARD_SIGN_INS = MetricSpec(
    "tillstream_board_sign_ins_total",
    "counter",
    "Sign-ins, by result: signed_in, wrong_password (or a name that nobody has), wrong_code, "
    "slowed_down (after many failures) or crowded (many at once).",
    ("result",),
)
STOCK_ALERTS = MetricSpec(
    "tillstream_stock_alerts",
    "gauge",
    "Raised restock alerts by location and reason.",
    ("location_id", "reason"),
)
MISSING_EVENTS = MetricSpec(
    "tillstream_missing_events",
    "gauge",
    "Till events that later ones prove to be missing, of all open epochs, by location.",
    ("location_id",),
)
SILENT_TILLS = MetricSpec(
    "tillstream_silent_tills",
    "gauge",
    "Tills not heard for fifteen minutes that were heard within a day, by location.",
    ("location_id",),
)

IN_TRANSIT_OLDEST = MetricSpec(
    "tillstream_in_transit_oldest_seconds",
    "gauge",
    "Since when the oldest goods are on their way that left a location and came in nowhere.",
    ("location_id",),
)

BOARD = (
    *EVERYWHERE,
    BOARD_VIEWERS,
    BOARD_ROWS_PUSHED,
    BOARD_AGE,
    BOARD_DATABASE_UP,
    BOARD_KAFKA_UP,
    BOARD_MALFORMED,
    BOARD_SIGN_INS,
    FRESHNESS,
    STOCK_ALERTS,
    MISSING_EVENTS,
    SILENT_TILLS,
    *GOODS,
    IN_TRANSIT_OLDEST,
)
"""What the board shows."""
