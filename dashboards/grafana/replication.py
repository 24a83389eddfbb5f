"""Does what comes down to a store get into its database, and is it all?"""

from dashboards.grafana.panel import Panel

PANELS = (
    Panel(
        "What stores have yet to apply",
        "Records of each store's feed that are in its Kafka and not in its database, and rows that "
        "its workers have yet to be told.",
        [
            ("{{instance}}", "max by (instance) (tillstream_replication_lag_records)"),
            (
                "{{instance}} onward",
                "max by (instance) (tillstream_replication_onward_waiting_rows)",
            ),
        ],
    ),
    Panel(
        "Stores that have all of their feed",
        "1 where rows and hash agree with the feed's head, 0 where they do not, -1 while it is "
        "not compared yet.",
        [("{{instance}}", "min by (instance) (tillstream_replication_whole)")],
        red_below=0.5,
    ),
    Panel(
        "Rows of feeds by kind",
        "How many each store has, over all stores; and those that are in no table, by reason.",
        [
            ("{{kind}}", "sum by (kind) (tillstream_replication_rows)"),
            ("aside: {{reason}}", "sum by (reason) (tillstream_replication_aside_rows)"),
        ],
    ),
    Panel(
        "Applied from feeds",
        "Records per second, by what became of them; within an hour how often a feed was read once "
        "more, by reason.",
        [
            (
                "{{outcome}}",
                "sum by (outcome) (rate(tillstream_replication_records_total[$__rate_interval]))",
            ),
            (
                "read once more: {{reason}}",
                "sum by (reason) (increase(tillstream_replication_filled_total[1h]))",
            ),
        ],
    ),
    Panel(
        "Versions that stores have applied",
        "Of each store's own feed, and by how much a store is ahead of its feed, which was put "
        "back then.",
        [
            ("{{instance}}", "max by (instance) (tillstream_replication_applied_version)"),
            ("{{instance}} ahead", "max by (instance) (tillstream_replication_ahead_versions)"),
        ],
    ),
    Panel(
        "Told to stores' own workers",
        "Rows per second, by topic; within an hour, lots that another process had written before; "
        "and fields that no column takes, for the centre is newer.",
        [
            (
                "{{topic}}",
                "sum by (topic) (rate(tillstream_replication_onward_total[$__rate_interval]))",
            ),
            ("overtaken", "sum(increase(tillstream_replication_overtaken_total[1h]))"),
            ("unknown fields", "sum(tillstream_replication_unknown_fields)"),
        ],
    ),
)
