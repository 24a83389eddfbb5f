"""Are those told who asked to be?"""

from dashboards.grafana.panel import Panel

PANELS = (
    Panel(
        "Alerts told to webhooks",
        "Per second: changes taken in; and committed ones that are not taken in yet.",
        [
            ("taken in", "sum(rate(tillstream_webhook_alerts_total[$__rate_interval]))"),
            ("behind", "sum(tillstream_webhook_lag_records)"),
        ],
    ),
    Panel(
        "Webhooks that wait",
        "Messages by endpoint. A line that only grows is an endpoint that does not answer.",
        [("{{endpoint}}", "sum by (endpoint) (tillstream_webhook_waiting)")],
    ),
    Panel(
        "Webhooks given up",
        "Messages in the dead letters, until somebody sends them again.",
        [("{{endpoint}}", "sum by (endpoint) (tillstream_webhook_dead_letters)")],
    ),
    Panel(
        "Endpoints' answers",
        "How long 99 of 100 attempts took at most. Near the timeout, an endpoint hangs.",
        [
            (
                "99 of 100",
                "histogram_quantile(0.99, sum by (le)"
                " (rate(tillstream_webhook_attempt_seconds_bucket[$__rate_interval])))",
            ),
        ],
        unit="s",
    ),
)
