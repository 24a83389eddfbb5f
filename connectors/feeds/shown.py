"""Shows how far each store is with its feed."""

from connectors.feeds.metrics import FeedMetrics
from connectors.feeds.told import ToldStores


def show_stores(metrics: FeedMetrics, told: ToldStores, now: float) -> None:
    """Set what is shown of every store; ``now`` in seconds since 1970."""
    metrics.stores.set(len(told.feeds))
    for location_id, feed in told.feeds.items():
        standing = told.standings[location_id]
        metrics.version.labels(location_id).set(feed.version)
        metrics.rows.labels(location_id).set(feed.rows)
        metrics.applied.labels(location_id).set(standing.applied(feed.feed_id))
        behind = standing.behind_seconds(feed.feed_id, now)
        metrics.behind_seconds.labels(location_id).set(behind)
        whole = standing.is_whole(feed.feed_id)
        if whole is not None:
            metrics.whole.labels(location_id).set(int(whole))
