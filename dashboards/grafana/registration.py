"""Do tills come in and stay in, and does somebody try who should not?"""

from dashboards.grafana.panel import Panel

PANELS = (
    Panel(
        "Certificates for tills",
        "Requests within five minutes, by call and result. Many of one refusal are somebody who "
        "guesses, or tills that cannot renew.",
        [
            (
                "{{call}} {{result}}",
                "sum by (call, result) (increase(tillstream_registration_requests_total[5m]))",
            )
        ],
    ),
    Panel(
        "Devices",
        "Tills by status, and those of which two claim to be one.",
        [
            ("{{status}}", "max by (status) (tillstream_registration_devices)"),
            ("alarms", "max(tillstream_registration_alarms)"),
        ],
    ),
    Panel(
        "First certificate to end",
        "Time left to the till that has waited longest with renewing; they renew 50 days before.",
        [("left", "min(tillstream_registration_first_end_timestamp_seconds > 0) - time()")],
        unit="s",
    ),
    Panel(
        "Answers of the registration",
        "How long 99 of 100 tills waited at most.",
        [
            (
                "99 of 100",
                "histogram_quantile(0.99, sum by (le)"
                " (rate(tillstream_registration_answer_seconds_bucket[$__rate_interval])))",
            )
        ],
        unit="s",
    ),
)
