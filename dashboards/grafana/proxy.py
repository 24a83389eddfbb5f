"""Do programs on tills reach their store's gateway?"""

from dashboards.grafana.panel import Panel

PANELS = (
    Panel(
        "Requests of tills' programs",
        "Per second, by result. The proxy refuses what is no request of a program here; the "
        "gateway's own refusals are passed on.",
        [
            (
                "{{result}}",
                "sum by (result) (rate(tillstream_proxy_requests_total[$__rate_interval]))",
            )
        ],
    ),
    Panel(
        "Tills that reach their gateway",
        "1 where the last request was answered. At 0 the till sells on.",
        [("{{instance}}", "tillstream_proxy_gateway_up")],
    ),
    Panel(
        "Answers of gateways to tills",
        "How long 99 of 100 requests waited at most.",
        [
            (
                "99 of 100",
                "histogram_quantile(0.99, sum by (le)"
                " (rate(tillstream_proxy_answer_seconds_bucket[$__rate_interval])))",
            )
        ],
        unit="s",
    ),
    Panel(
        "Gateway's certificate, time left",
        "Below 0 it has ended. Tills go on; the store has not reached the registration for long.",
        [("left", "min(tillstream_proxy_gateway_end_timestamp_seconds > 0) - time()")],
        unit="s",
    ),
)
