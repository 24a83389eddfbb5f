"""Do tills sell, and has somebody else what they have sold?"""

from dashboards.grafana.panel import Panel

PANELS = (
    Panel(
        "Tills that begin no cart",
        "Without an identity, on a full disk, refused by their gateway, or with a double.",
        [("{{instance}}", "1 - tillstream_till_may_begin")],
        red_above=1,
    ),
    Panel(
        "Events that wait at tills",
        "Not accepted by the gateway, and not confirmed by the centre.",
        [
            ("for the gateway", "sum(tillstream_till_waiting_events)"),
            ("for the centre", "sum(tillstream_till_unconfirmed_events)"),
        ],
    ),
    Panel(
        "Requests of tills' pages",
        "Per second, by result: done, refused because it cannot be, or failed to be kept.",
        [
            (
                "{{result}}",
                "sum by (result) (rate(tillstream_till_requests_total[$__rate_interval]))",
            )
        ],
    ),
    Panel(
        "From a request to its answer, durable",
        "How long 99 of 100 requests of a till's page waited at most.",
        [
            (
                "99 of 100",
                "histogram_quantile(0.99, sum by (le)"
                " (rate(tillstream_till_answer_seconds_bucket[$__rate_interval])))",
            )
        ],
        unit="s",
    ),
    Panel(
        "Batches of tills",
        "Per second, by what the gateway said, or that it was away.",
        [
            (
                "{{result}}",
                "sum by (result) (rate(tillstream_till_batches_total[$__rate_interval]))",
            )
        ],
    ),
    Panel(
        "Clocks that are off",
        "By how much a till's wall clock is off where it is not to be trusted.",
        [("{{instance}}", "tillstream_till_clock_off_seconds")],
        unit="s",
    ),
    Panel(
        "Age of tills' lists of employees",
        "Since each till's list was last known to be the centre's. After 30 days, or where the "
        "list is lost, only plain cash sales stay there.",
        [
            ("{{instance}}", "tillstream_till_employees_age_seconds"),
        ],
        unit="s",
        red_above=1_728_000,
    ),
    Panel(
        "Cards and approvals at tills",
        "Tills that take plain cash only, cards that are locked now after wrong PINs, and "
        "approvals that were refused within an hour, by reason: a wrong card or PIN, one that was "
        "used or too old, or a limit.",
        [
            ("tills that take plain cash only", "sum(tillstream_till_plain_cash_only)"),
            ("locked at {{instance}}", "tillstream_till_cards_locked"),
            (
                "refused: {{reason}}",
                "sum by (reason) (increase(tillstream_till_approvals_refused_total[1h]))",
            ),
        ],
    ),
    Panel(
        "First till's certificate to end",
        "Below 0 it has ended. The till goes on and renews.",
        [("left", "min(tillstream_till_end_timestamp_seconds > 0) - time()")],
        unit="s",
    ),
)
