"""What is measured of a store's mirrors."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge

from metrics import mirrors as names


@dataclass(frozen=True, slots=True)
class MirrorMetrics:
    """The figures of one store."""

    up: Gauge
    drift: Gauge
    restarts: Counter
    connect_up: Gauge
    cluster_up: Gauge
    unread: Gauge
    oldest_seconds: Gauge
    ahead: Gauge
    skipped: Counter
    set_back: Counter

    def forget(self, mirror: str, topic: str) -> None:
        """Show no more how a topic stood of which nothing is heard."""
        for gauge in (self.unread, self.oldest_seconds, self.ahead):
            gauge.remove(mirror, topic)


def mirror_metrics(registry: CollectorRegistry) -> MirrorMetrics:
    """The figures, shown by ``registry``."""
    return MirrorMetrics(
        up=Gauge(**names.MIRROR_UP.arguments(), registry=registry),
        drift=Gauge(**names.MIRROR_DRIFT.arguments(), registry=registry),
        restarts=Counter(**names.MIRROR_RESTARTS.arguments(), registry=registry),
        connect_up=Gauge(**names.MIRROR_CONNECT_UP.arguments(), registry=registry),
        cluster_up=Gauge(**names.MIRROR_CLUSTER_UP.arguments(), registry=registry),
        unread=Gauge(**names.MIRROR_UNREAD.arguments(), registry=registry),
        oldest_seconds=Gauge(**names.MIRROR_OLDEST.arguments(), registry=registry),
        ahead=Gauge(**names.MIRROR_AHEAD.arguments(), registry=registry),
        skipped=Counter(**names.MIRROR_SKIPPED.arguments(), registry=registry),
        set_back=Counter(**names.MIRROR_SET_BACK.arguments(), registry=registry),
    )
