"""Is it keeping up, what is broken?"""

from dashboards.grafana import webhooks
from dashboards.grafana.panel import Panel

TITLE = "Tillstream: pipeline"

PANELS = (
    Panel(
        "Processes that answer",
        "All of them, or the runbook's ProcessIsDown.",
        [("{{job}}", 'sum by (job) (up{job=~"tillstream-.+"})')],
        kind="stat",
        width=6,
        red_below=1,
    ),
    Panel(
        "Records waiting for workers",
        "A burst shrinks again. What stays above 50,000 for two minutes is an alert.",
        [("{{application}}", "tillstream:consumer_lag_records:sum")],
        kind="stat",
        width=6,
        red_above=50_000,
    ),
    Panel(
        "Records waiting for PostgreSQL",
        "Pages that are open do not wait for it; reports do.",
        [("behind", "tillstream:sink_lag_records:sum")],
        kind="stat",
        width=6,
        red_above=50_000,
    ),
    Panel(
        "Partitions held",
        "Less than there are: what the others are to say stands still.",
        [
            ("{{application}}", "sum by (application) (tillstream_partitions_held)"),
            ("there are", "max(tillstream_partitions)"),
        ],
        kind="stat",
        width=6,
    ),
    Panel(
        "Alerts that fire",
        "Each has its section in docs/runbook.md.",
        [("", 'ALERTS{alertstate="firing"}')],
        kind="table",
    ),
    Panel(
        "Up or not",
        "What each process says of the servers that it needs: 1 is up.",
        [
            ("Kafka, {{application}} {{instance}}", "tillstream_worker_kafka_up"),
            ("Kafka, sink", "tillstream_sink_kafka_up"),
            ("Kafka, board", "tillstream_board_kafka_up"),
            ("PostgreSQL, sink", "tillstream_sink_database_up"),
            ("PostgreSQL, board", "tillstream_board_database_up"),
            ("Connect", "tillstream_connect_up"),
            ("connector {{connector}}", "tillstream_connector_up"),
            ("slot {{slot}}", "tillstream_replication_slot_up"),
        ],
    ),
    Panel(
        "Till events",
        "Applied per second, by type.",
        [("{{type}}", "sum by (type) (rate(tillstream_events_total[$__rate_interval]))")],
        unit="ops",
    ),
    Panel(
        "Age of events",
        "From the till to where it shows: durable at the worker, in PostgreSQL, on the board.",
        [
            ("worker, 95 %", "tillstream:event_age_seconds:p95_5m"),
            (
                "PostgreSQL, 95 %",
                "histogram_quantile(0.95, sum by (le) "
                "(rate(tillstream_sink_event_age_seconds_bucket[$__rate_interval])))",
            ),
            ("board, 95 %", "tillstream:board_age_seconds:p95_5m"),
        ],
        unit="s",
    ),
    Panel(
        "Waiting, by partition",
        "One that stands while others move is held up or stuck.",
        [
            (
                "{{application}} {{partition}}",
                "sum by (application, partition) (tillstream_consumer_lag_records)",
            ),
        ],
    ),
    Panel(
        "Transactions",
        "Committed per second by all workers; about twenty per partition under load.",
        [
            (
                "{{application}}",
                "sum by (application) (rate(tillstream_commits_total[$__rate_interval]))",
            ),
        ],
        unit="ops",
    ),
    Panel(
        "Events in one transaction",
        "Large ones mean that workers catch up.",
        [
            (
                "half",
                "histogram_quantile(0.5, sum by (le) "
                "(rate(tillstream_batch_records_bucket[$__rate_interval])))",
            ),
            (
                "95 %",
                "histogram_quantile(0.95, sum by (le) "
                "(rate(tillstream_batch_records_bucket[$__rate_interval])))",
            ),
        ],
    ),
    Panel(
        "Standstill and recovery",
        "Work without progress ends a worker at 90 s; a rebuild of a large state takes minutes.",
        [
            (
                "{{application}} {{partition}} stands",
                "max by (application, partition) (tillstream_stalled_seconds)",
            ),
            (
                "{{application}} {{partition}} recovered in",
                "max by (application, partition) (tillstream_recovery_seconds)",
            ),
        ],
        unit="s",
    ),
    Panel(
        "Generation and rebuild",
        "State under a corrected rule: its generation, and partitions that still read their past.",
        [
            ("generation of {{application}} {{instance}}", "tillstream_generation"),
            ("{{application}} being rebuilt", "sum by (application) (tillstream_rebuilding)"),
        ],
    ),
    Panel(
        "Rows into PostgreSQL",
        "Per second, by table.",
        [("{{table}}", "sum by (table) (rate(tillstream_sink_rows_total[$__rate_interval]))")],
        unit="ops",
    ),
    Panel(
        "Rows in one transaction of the sink",
        "Large ones mean that it catches up.",
        [
            (
                "95 %",
                "histogram_quantile(0.95, sum by (le) "
                "(rate(tillstream_sink_batch_rows_bucket[$__rate_interval])))",
            ),
        ],
    ),
    Panel(
        "Time spent waiting",
        "Share of the sink's time in which a server was away.",
        [
            (
                "{{service}}",
                "sum by (service) (rate(tillstream_sink_waiting_seconds_total[$__rate_interval]))",
            ),
        ],
        unit="percentunit",
    ),
    Panel(
        "Dead letters",
        "Messages that could not be applied, by topic and reason, since each worker's start.",
        [("{{topic}} {{reason}}", "sum by (topic, reason) (tillstream_dead_letters_total)")],
    ),
    Panel(
        "Malformed records",
        "Messages of our own topics that are not what their contract says, passed over by sink, "
        "board and webhooks since they started.",
        [
            ("sink, {{topic}}", "sum by (topic) (tillstream_sink_malformed_total)"),
            ("board, {{topic}}", "sum by (topic) (tillstream_board_malformed_total)"),
            ("webhooks", "sum(tillstream_webhook_malformed_total)"),
        ],
    ),
    Panel(
        "Rows taken back",
        "The sink had written them before a worker refused their input. A few, after a sum or a "
        "gap ran full; many, and the two do not agree on a rule.",
        [("{{topic}}", "sum by (topic) (tillstream_sink_taken_back_total)")],
    ),
    Panel(
        "Oddities",
        "Per second: repeats, gaps, late events, clocks ahead, unknown shops. None is lost.",
        [
            ("duplicates", "sum(rate(tillstream_duplicates_total[$__rate_interval]))"),
            ("gaps opened", "sum(rate(tillstream_gaps_opened_total[$__rate_interval]))"),
            ("gaps healed", "sum(rate(tillstream_gaps_healed_total[$__rate_interval]))"),
            ("late", "sum(rate(tillstream_late_events_total[$__rate_interval]))"),
            ("clock ahead", "sum(rate(tillstream_clock_ahead_events_total[$__rate_interval]))"),
            (
                "unknown shop",
                "sum(rate(tillstream_unknown_location_events_total[$__rate_interval]))",
            ),
        ],
        unit="ops",
    ),
    Panel(
        "WAL held back by slots",
        "It should fall to near nothing within seconds. What only grows fills the disk.",
        [("{{slot}}", "tillstream_replication_slot_held_bytes")],
        unit="bytes",
        red_above=268_435_456,
    ),
    Panel(
        "Room left on disks",
        "Below a tenth somebody is woken.",
        [
            (
                "{{volume}} {{instance}}",
                "tillstream_disk_free_bytes / tillstream_disk_size_bytes",
            ),
        ],
        unit="percentunit",
    ),
    Panel(
        "Restarts",
        "Starts within the last hour; one after an upgrade is right.",
        [("{{job}} {{instance}}", "changes(tillstream_started_timestamp_seconds[1h])")],
    ),
    Panel(
        "Versions",
        "One line when no upgrade is under way.",
        [("{{version}}", "count by (version) (tillstream_build_info)")],
    ),
    Panel(
        "Open pages",
        "Viewers of the board, and rows pushed to them per second.",
        [
            ("viewers", "sum(tillstream_board_viewers)"),
            ("rows", "sum(rate(tillstream_board_rows_pushed_total[$__rate_interval]))"),
        ],
    ),
    Panel(
        "Waiting for PostgreSQL, by topic",
        "Which topic the sink is behind with.",
        [("{{topic}}", "sum by (topic) (tillstream_sink_lag_records)")],
    ),
    *webhooks.PANELS,
)
