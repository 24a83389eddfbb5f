"""Do stores' gateways take what tills send, and pass it on?"""

from dashboards.grafana.panel import Panel

PANELS = (
    Panel(
        "Events taken by gateways",
        "Per second: all that are new, and those among them that nobody can read.",
        [
            ("taken", "sum(rate(tillstream_gateway_events_total[$__rate_interval]))"),
            ("unreadable", "sum(rate(tillstream_gateway_quarantined_total[$__rate_interval]))"),
        ],
        unit="ops",
    ),
    Panel(
        "What waits in gateways",
        "Bytes in each gateway's file while its Kafka is away. Tills sell on, and keep all of it.",
        [("{{instance}}", "max by (instance) (tillstream_gateway_spool_bytes)")],
        unit="bytes",
    ),
    Panel(
        "Waiting longest in gateways",
        "How long something has waited in each, and how many batches do.",
        [
            ("{{instance}}", "max by (instance) (tillstream_gateway_spool_oldest_seconds)"),
            ("batches", "sum(tillstream_gateway_spool_batches)"),
        ],
        unit="s",
    ),
    Panel(
        "Batches by where they are durable",
        "Per second. Those in the spool wait for Kafka.",
        [
            (
                "{{durable}}",
                "sum by (durable) (rate(tillstream_gateway_batches_total[$__rate_interval]))",
            )
        ],
        unit="ops",
    ),
    Panel(
        "Answers of gateways",
        "How long 99 of 100 batches waited at most, and 99 of 100 commits of the gateway's file.",
        [
            (
                "answers",
                "histogram_quantile(0.99, sum by (le)"
                " (rate(tillstream_gateway_answer_seconds_bucket"
                '{call="/v1/tills/{till_id}/events"}[$__rate_interval])))',
            ),
            (
                "commits",
                "histogram_quantile(0.99, sum by (le)"
                " (rate(tillstream_gateway_sync_seconds_bucket[$__rate_interval])))",
            ),
        ],
        unit="s",
    ),
    Panel(
        "What gateways refuse",
        "Within five minutes, by status and code. 401 and 403 are somebody who may not, 409 a till "
        "whose chain does not go on, 429 and 503 too much at once or no room.",
        [
            (
                "{{status}} {{code}}",
                "sum by (status, code) (increase(tillstream_gateway_refusals_total[5m]))",
            )
        ],
    ),
    Panel(
        "What is wrong with tills' events",
        "Within an hour: numbers with two contents, heads that do not vouch, events of others, and "
        "carts with which two tills went on.",
        [
            ("forks", "sum(increase(tillstream_gateway_forks_total[1h]))"),
            ("heads", "sum(increase(tillstream_gateway_head_doubts_total[1h]))"),
            ("foreign", "sum(increase(tillstream_gateway_foreign_total[1h]))"),
            ("conflicts", "sum(increase(tillstream_gateway_conflicts_total[1h]))"),
            ("carts twice", "sum(increase(tillstream_gateway_carts_twice_total[1h]))"),
        ],
        red_above=1,
    ),
    Panel(
        "Signed heads at the centre",
        "Per second those that vouch for what came before them, within an hour what is doubted.",
        [
            (
                "verified",
                'sum(rate(tillstream_sink_heads_total{result="verified"}[$__rate_interval]))',
            ),
            ("doubted", 'sum(increase(tillstream_sink_heads_total{result="doubted"}[1h]))'),
        ],
    ),
    Panel(
        "Sales decided again at the centre",
        "Per second those of which the same comes, within an hour what differs.",
        [
            (
                "same",
                'sum(rate(tillstream_sink_sales_decided_total{result="same"}[$__rate_interval]))',
            ),
            (
                "different",
                'sum(increase(tillstream_sink_sales_decided_total{result="different"}[1h]))',
            ),
        ],
    ),
    Panel(
        "Returns that nothing explains",
        "Receipts of which more came back than was bought or paid, now; within an hour those that "
        "were told.",
        [
            ("{{reason}}", "sum by (reason) (tillstream_sink_disputed_returns)"),
            ("told", "sum(increase(tillstream_sink_returns_disputed_total[1h]))"),
        ],
    ),
    Panel(
        "Lists of devices at gateways",
        "Seconds since the list by which each gateway lets tills in has come, where one has, and "
        "its number.",
        [
            (
                "{{instance}} age",
                "time() - (tillstream_gateway_devices_heard_timestamp_seconds > 0)",
            ),
            ("{{instance}} number", "tillstream_gateway_devices_version"),
        ],
    ),
    Panel(
        "Catalogs at gateways",
        "Bytes of each store's catalog, and what of it goes over the line to a till.",
        [
            ("{{instance}}", "tillstream_gateway_catalog_bytes"),
            ("{{instance}} packed", "tillstream_gateway_catalog_packed_bytes"),
        ],
        unit="bytes",
    ),
    Panel(
        "Contents of catalogs at gateways",
        "By store: the number of the catalog by which its tills sell, its rows, and the questions "
        "of tills that wait for the next one.",
        [
            ("{{instance}} number", "tillstream_gateway_catalog_version"),
            ("{{instance}} rows", "tillstream_gateway_catalog_rows"),
            ("{{instance}} waiting", "tillstream_gateway_catalog_waiting"),
        ],
    ),
    Panel(
        "Age of catalogs at gateways",
        "Seconds since the centre said that this is all there is, and since it last changed.",
        [
            (
                "{{instance}} current",
                "time() - (tillstream_gateway_catalog_current_timestamp_seconds > 0)",
            ),
            (
                "{{instance}} changed",
                "time() - (tillstream_gateway_catalog_changed_timestamp_seconds > 0)",
            ),
        ],
        unit="s",
    ),
    Panel(
        "What is wrong with catalogs",
        "Within an hour: rows that were left out, and versions that were kept back. Now: "
        "versions of decision tables by which no till decides.",
        [
            ("left out", "sum(increase(tillstream_gateway_catalog_left_out_total[1h]))"),
            ("kept back", "sum(increase(tillstream_gateway_catalog_kept_back_total[1h]))"),
            ("tables refused at gateways", "sum(tillstream_gateway_catalog_tables_refused)"),
            ("tables refused at tills", "sum(tillstream_till_tables_refused)"),
        ],
        red_above=1,
    ),
    Panel(
        "Devices at gateways",
        "Open connections, and devices that no list names yet.",
        [
            ("connections", "sum(tillstream_gateway_connections)"),
            ("unlisted", "sum(tillstream_gateway_unlisted)"),
        ],
    ),
    Panel(
        "What gateways hear",
        "Which sources of news answer, 1 or 0, and how much of the centre's news was refused or "
        "not kept within an hour, by kind.",
        [
            ("{{instance}} {{feed}}", "min by (instance, feed) (tillstream_gateway_feed_up)"),
            (
                "refused {{kind}}",
                "sum by (kind) (increase(tillstream_gateway_news_refused_total[1h]))",
            ),
            (
                "unkept {{kind}}",
                "sum by (kind) (increase(tillstream_gateway_news_unkept_total[1h]))",
            ),
        ],
    ),
    Panel(
        "Ways to the registration",
        "Connections of tills that pass through gateways now, those that ended within five minutes "
        "by how, and those that a list of devices closed.",
        [
            ("now", "sum(tillstream_gateway_relay_connections)"),
            ("{{end}}", "sum by (end) (increase(tillstream_gateway_relayed_total[5m]))"),
            ("closed by a list", "sum(increase(tillstream_gateway_closed_connections_total[5m]))"),
        ],
    ),
    Panel(
        "News at gateways",
        "Within five minutes, by kind: lists of devices and words on tills that count.",
        [("{{kind}}", "sum by (kind) (increase(tillstream_gateway_news_total[5m]))")],
    ),
)
