"""Metrics of the catalog that a store's gateway tells its tills. Part of `metrics.gateway`."""

from metrics.spec import MetricSpec

CATALOG_VERSION = MetricSpec(
    "tillstream_gateway_catalog_version",
    "gauge",
    "Number of the catalog by which the store's tills sell; 0 before the first.",
)
CATALOG_ROWS = MetricSpec("tillstream_gateway_catalog_rows", "gauge", "Rows of it.")
CATALOG_BYTES = MetricSpec(
    "tillstream_gateway_catalog_bytes", "gauge", "Its size; 16 MiB are the most that a till takes."
)
CATALOG_PACKED_BYTES = MetricSpec(
    "tillstream_gateway_catalog_packed_bytes", "gauge", "What of it goes over the line, by gzip."
)
CATALOG_CHANGED = MetricSpec(
    "tillstream_gateway_catalog_changed_timestamp_seconds",
    "gauge",
    "When it last changed or was read at a start, since 1970; 0 before the first.",
)
CATALOG_CURRENT = MetricSpec(
    "tillstream_gateway_catalog_current_timestamp_seconds",
    "gauge",
    "When the centre last said, since 1970, that this is all there is; 0 since the start.",
)
CATALOG_WAITING = MetricSpec(
    "tillstream_gateway_catalog_waiting", "gauge", "Questions of tills that are held open."
)
CATALOG_LEFT_OUT = MetricSpec(
    "tillstream_gateway_catalog_left_out_total",
    "counter",
    "Rows of the centre that nobody can read, or that are too large: what was before still counts.",
)
CATALOG_KEPT_BACK = MetricSpec(
    "tillstream_gateway_catalog_kept_back_total",
    "counter",
    "Times that a newer catalog was too large, or not taken by the disk: the one before counts.",
)
CATALOG_TABLES_REFUSED = MetricSpec(
    "tillstream_gateway_catalog_tables_refused",
    "gauge",
    "Versions of decision tables in it in which something is wrong: no till decides by them, and "
    "the last good version of each stays.",
)

GATEWAY_CATALOG = (
    CATALOG_VERSION,
    CATALOG_ROWS,
    CATALOG_BYTES,
    CATALOG_PACKED_BYTES,
    CATALOG_CHANGED,
    CATALOG_CURRENT,
    CATALOG_WAITING,
    CATALOG_LEFT_OUT,
    CATALOG_KEPT_BACK,
    CATALOG_TABLES_REFUSED,
)
"""What a gateway shows of its catalog."""
