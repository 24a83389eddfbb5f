"""Which shops and tills need somebody?"""

from dashboards.grafana import (
    feeds,
    gateways,
    mirrors,
    people,
    proxy,
    registration,
    replication,
    stores,
    till,
)
from dashboards.grafana.panel import Panel

TITLE = "Tillstream: shops and tills"

_FRESHNESS = "min by (location_id) (tillstream_freshness_seconds)"

PANELS = (
    Panel(
        "Shops heard in the last 15 minutes",
        "Of those that were heard within a day.",
        [("heard", f"count({_FRESHNESS} <= 900) or vector(0)")],
        kind="stat",
        width=6,
    ),
    Panel(
        "Silent shops",
        "Not heard for 15 minutes: power, line, or closed.",
        [("silent", f"count({_FRESHNESS} > 900 < 86400) or vector(0)")],
        kind="stat",
        width=6,
        red_above=1,
    ),
    Panel(
        "Silent tills",
        "Tills that were heard today and are not now.",
        [("silent", "sum(max by (location_id) (tillstream_silent_tills))")],
        kind="stat",
        width=6,
        red_above=1,
    ),
    Panel(
        "Missing events",
        "Known to be missing because later ones have arrived.",
        [("missing", "sum(max by (location_id) (tillstream_missing_events))")],
        kind="stat",
        width=6,
        red_above=1,
    ),
    Panel(
        "Longest silent",
        "The twenty shops that have said nothing for longest.",
        [("{{location_id}}", f"topk(20, {_FRESHNESS})")],
        unit="s",
        kind="bargauge",
        red_above=900,
    ),
    Panel(
        "Most missing",
        "The twenty shops with most events missing.",
        [("{{location_id}}", "topk(20, max by (location_id) (tillstream_missing_events))")],
        kind="bargauge",
        red_above=1,
    ),
    Panel(
        "Shared identities",
        "Numbers that came with two contents, per hour: two devices say they are one till.",
        [("forks", "sum(increase(tillstream_forks_total[1h]))")],
        red_above=1,
    ),
    Panel(
        "Silent tills by shop",
        "Where others of the same shop still sell, go and look.",
        [("{{location_id}}", "max by (location_id) (tillstream_silent_tills) > 0")],
        kind="table",
    ),
    Panel(
        "Gaps",
        "Jumps in tills' numbers and missing events that came late, per hour.",
        [
            ("opened", "sum(increase(tillstream_gaps_opened_total[1h]))"),
            ("healed", "sum(increase(tillstream_gaps_healed_total[1h]))"),
        ],
    ),
    Panel(
        "Freshness of the chosen shops",
        "Seconds since each was last heard; it rises in a straight line while a shop is cut off.",
        [
            (
                "{{location_id}}",
                'min by (location_id) (tillstream_freshness_seconds{location_id=~"$location"})',
            ),
        ],
        unit="s",
    ),
    Panel(
        "Late and repeated events",
        "Tills that were cut off deliver late; a till that repeats much has a bad line.",
        [
            ("late", "sum(rate(tillstream_late_events_total[$__rate_interval]))"),
            ("repeated", "sum(rate(tillstream_duplicates_total[$__rate_interval]))"),
        ],
        unit="ops",
    ),
    *registration.PANELS,
    *gateways.PANELS,
    *stores.PANELS,
    *mirrors.PANELS,
    *replication.PANELS,
    *feeds.PANELS,
    *proxy.PANELS,
    *till.PANELS,
    *people.PANELS,
)
