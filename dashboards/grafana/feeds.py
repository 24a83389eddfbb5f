"""Does what the centre says reach stores with a Kafka of their own, and is it what they have?"""

from dashboards.grafana.panel import Panel

PANELS = (
    Panel(
        "Behind their feeds",
        "How long ago the first change was written that a store has not reported. It rises in a "
        "straight line while a store is cut off.",
        [("{{location_id}}", "max by (location_id) (tillstream_feed_behind_seconds)")],
        unit="s",
    ),
    Panel(
        "Versions that stores lack",
        "By how much the version that each store has reported is below that of its feed. Versions "
        "have holes: the number says nothing but whether it is 0.",
        [
            (
                "{{location_id}}",
                "max by (location_id) (tillstream_feed_version - tillstream_feed_applied_version)",
            )
        ],
    ),
    Panel(
        "What stores should have",
        "Rows by store; and how many stores have a feed.",
        [
            ("{{location_id}}", "max by (location_id) (tillstream_feed_rows)"),
            ("stores", "max(tillstream_feeds_stores)"),
        ],
    ),
    Panel(
        "Written to feeds",
        "Records per second by what they say, and words on tills that were passed on.",
        [
            (
                "{{what}}",
                "sum by (what) (rate(tillstream_feeds_written_total[$__rate_interval]))",
            ),
            ("words", "sum(rate(tillstream_feeds_words_total[$__rate_interval]))"),
        ],
        unit="ops",
    ),
    Panel(
        "Bytes written to feeds",
        "Per second, uncompressed: what one price change costs where many stores list the product.",
        [("bytes", "sum(rate(tillstream_feeds_written_bytes_total[$__rate_interval]))")],
        unit="Bps",
    ),
    Panel(
        "Age of a change in all feeds",
        "How old a change was when it was in all feeds that it concerns: the oldest of 99 in 100 "
        "lots.",
        [
            (
                "age",
                "histogram_quantile(0.99, sum by (le)"
                " (rate(tillstream_feeds_age_seconds_bucket[$__rate_interval])))",
            )
        ],
        unit="s",
    ),
    Panel(
        "Who tells stores",
        "1 or 0: whether all that there was is told, whether Kafka answers, and the registration.",
        [
            ("ready", "min(tillstream_feeds_ready)"),
            ("kafka for {{what}}", "min by (what) (tillstream_feeds_kafka_up)"),
            ("registration", "min(tillstream_feeds_registration_up)"),
        ],
    ),
)
