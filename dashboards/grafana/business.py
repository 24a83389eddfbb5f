"""What is sold, and what runs out? Exact figures are on the board; these are their trend."""

from dashboards.grafana.panel import Panel

TITLE = "Tillstream: business"

_CHOSEN = '{location_id=~"$location"}'

PANELS = (
    Panel(
        "Receipts in the last hour",
        "Of the chosen shops.",
        [("receipts", f"sum(increase(tillstream_receipts_total{_CHOSEN}[1h]))")],
        kind="stat",
        width=8,
    ),
    Panel(
        "Net sales in the last hour",
        "Receipts minus refunds, in units of the currency; of shops with one currency.",
        [("net sales", f"sum(delta(tillstream_net_sales_minor{_CHOSEN}[1h])) / 100")],
        kind="stat",
        width=8,
    ),
    Panel(
        "Raised restock alerts",
        "SKUs below their reorder point, out, or negative.",
        [("alerts", f"sum(tillstream_stock_alerts{_CHOSEN})")],
        kind="stat",
        width=8,
    ),
    Panel(
        "Receipts per minute",
        "By shop.",
        [
            (
                "{{location_id}}",
                f"60 * sum by (location_id) "
                f"(rate(tillstream_receipts_total{_CHOSEN}[$__rate_interval]))",
            ),
        ],
    ),
    Panel(
        "Net sales per minute",
        "By shop, in units of its currency.",
        [
            (
                "{{location_id}}",
                f"60 * sum by (location_id) "
                f"(deriv(tillstream_net_sales_minor{_CHOSEN}[$__rate_interval])) / 100",
            ),
        ],
    ),
    Panel(
        "Alerts by reason",
        "Negative stock is a delivery that nobody booked, or a wrong product at the till.",
        [("{{reason}}", f"sum by (reason) (tillstream_stock_alerts{_CHOSEN})")],
    ),
    Panel(
        "Shops with most to reorder",
        "The twenty with most raised alerts, as their workers count them.",
        [
            (
                "{{location_id}}",
                "topk(20, sum by (location_id) (tillstream_items_below_reorder_point))",
            ),
        ],
        kind="bargauge",
    ),
    Panel(
        "Busiest shops",
        "The twenty with most receipts in the last hour.",
        [
            (
                "{{location_id}}",
                "topk(20, sum by (location_id) (increase(tillstream_receipts_total[1h])))",
            ),
        ],
        kind="bargauge",
    ),
    Panel(
        "Sales and returns",
        "Events per minute.",
        [
            (
                "{{type}}",
                "60 * sum by (type) (rate(tillstream_events_total"
                '{type=~"cart_completed|goods_returned|cart_abandoned"}[$__rate_interval]))',
            ),
        ],
    ),
    Panel(
        "Transfers under way",
        "Of which something has left one location and not come to the other.",
        [("transfers", "max(tillstream_transfers_under_way)")],
        kind="stat",
        width=8,
    ),
    Panel(
        "Oldest transfer under way",
        "Since its goods left.",
        [("oldest", "max(tillstream_oldest_transfer_seconds)")],
        kind="stat",
        unit="s",
        width=8,
    ),
    Panel(
        "Counts that wait for tills",
        "Committed, and a till may still tell what it sold before; corrections for that, and looks "
        "that failed, in the last hour.",
        [
            ("waiting", "max(tillstream_counts_unsettled)"),
            ("corrected", "sum(increase(tillstream_late_corrections_total[1h]))"),
            ("failed", "sum(increase(tillstream_count_looks_failed_total[1h]))"),
        ],
        kind="stat",
        width=8,
    ),
)
