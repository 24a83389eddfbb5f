"""Does what stores with a Kafka of their own say reach the centre, and the other way?"""

from dashboards.grafana.panel import Panel

PANELS = (
    Panel(
        "Waiting longest for a mirror",
        "How old the first record is that each store's mirror has yet to carry. It rises in a "
        "straight line while a store is cut off.",
        [
            (
                "{{instance}} {{mirror}}",
                "max by (instance, mirror) (tillstream_mirror_oldest_seconds)",
            )
        ],
        unit="s",
    ),
    Panel(
        "What mirrors have yet to carry",
        "Records by store and mirror, with marks of transactions among them.",
        [
            (
                "{{instance}} {{mirror}}",
                "sum by (instance, mirror) (tillstream_mirror_unread_records)",
            )
        ],
    ),
    Panel(
        "Mirrors, seen from their stores",
        "1 or 0: whether each mirror has a task, whether Connect answers, and each cluster.",
        [
            ("{{instance}} {{mirror}}", "min by (instance, mirror) (tillstream_mirror_up)"),
            ("{{instance}} connect", "min by (instance) (tillstream_mirror_connect_up)"),
            (
                "{{instance}} {{cluster}}",
                "min by (instance, cluster) (tillstream_mirror_cluster_up)",
            ),
        ],
    ),
    Panel(
        "What is wrong with mirrors",
        "Within an hour: records that left a log before they were carried, positions that were set "
        "back, starts. Now: settings that differ, and records by which a position is ahead.",
        [
            ("skipped", "sum(increase(tillstream_mirror_skipped_records_total[1h]))"),
            ("set back", "sum(increase(tillstream_mirror_set_back_total[1h]))"),
            (
                "started again: {{reason}}",
                "sum by (reason) (increase(tillstream_mirror_restarts_total[1h]))",
            ),
            ("settings", "sum(tillstream_mirror_drift)"),
            ("ahead", "sum(tillstream_mirror_ahead_records)"),
        ],
        red_above=1,
    ),
    Panel(
        "Admitted from stores",
        "Per second, by where it went; within an hour what was refused, by store and reason.",
        [
            (
                "{{topic}}",
                "sum by (topic) (rate(tillstream_admission_admitted_total[$__rate_interval]))",
            ),
            (
                "refused {{location_id}} {{reason}}",
                "sum by (location_id, reason) (increase(tillstream_admission_refused_total[1h]))",
            ),
        ],
    ),
    Panel(
        "Age at admission",
        "How long ago a store's Kafka took what is admitted: the oldest of 99 in 100 transactions; "
        "and how many messages wait.",
        [
            (
                "age",
                "histogram_quantile(0.99, sum by (le)"
                " (rate(tillstream_admission_age_seconds_bucket[$__rate_interval])))",
            ),
            ("waiting", "sum(tillstream_admission_lag_records)"),
        ],
    ),
)
