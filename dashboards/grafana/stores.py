"""Do stores learn of each other what they ask, and do goods between them arrive?"""

from dashboards.grafana.panel import Panel

PANELS = (
    Panel(
        "What stores ask the centre",
        "Questions a second, by what came of them. Kept is the last answer, own what the store "
        "decided alone: the centre was away.",
        [
            (
                "{{result}}",
                "sum by (result) (rate(tillstream_gateway_asked_centre_total[$__rate_interval]))",
            )
        ],
        unit="ops",
    ),
    Panel(
        "Answers of the store API",
        "How long 99 of 100 questions waited at most, by call. A gateway gives up after a second.",
        [
            (
                "{{call}}",
                "histogram_quantile(0.99, sum by (le, call)"
                " (rate(tillstream_store_api_answer_seconds_bucket[$__rate_interval])))",
            )
        ],
        unit="s",
        red_above=1,
    ),
    Panel(
        "Questions of stores by status",
        "A second. 403 is somebody who is no store, 429 one that asks too much, 503 a "
        "database that does not answer.",
        [
            (
                "{{status}}",
                "sum by (status) (rate(tillstream_store_api_requests_total[$__rate_interval]))",
            )
        ],
        unit="ops",
    ),
    Panel(
        "Longest on the way",
        "Since when goods left each location that came in nowhere.",
        [
            (
                "{{location_id}}",
                "topk(20, max by (location_id) (tillstream_in_transit_oldest_seconds))"
                " or vector(0)",
            )
        ],
        unit="s",
        kind="bargauge",
        red_above=259_200,
    ),
)
