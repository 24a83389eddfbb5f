"""The catalogue of metrics is what processes show, what the page says, and well named."""

import ast

import pytest
from prometheus_client import CollectorRegistry

from connectors.admission.metrics import admission_metrics
from connectors.feeds.metrics import feed_metrics
from connectors.mirrormaker.metrics import mirror_metrics
from connectors.postgres.metrics import sink_metrics
from connectors.postgres.replication.metrics import replication_metrics
from connectors.webhooks.metrics import webhook_metrics
from dashboards.board.feed.memory import Memory
from dashboards.board.goods.metrics import GoodsFigures
from dashboards.board.live.metrics import BoardMetrics
from dashboards.board.locations.metrics import Shops
from dashboards.board.people.sign_ins import SignIns
from edge.gateway.catalog.metrics import catalog_metrics
from edge.gateway.metrics import gateway_metrics
from edge.proxy.metrics import proxy_metrics
from edge.registration.metrics import registration_metrics
from edge.store_api.metrics import store_api_metrics
from edge.till.metrics import till_metrics
from metrics.catalogue import BY_PROCESS
from metrics.page import page
from metrics.spec import MetricSpec
from operations.upkeep.disks import OwnDisk
from operations.upkeep.identity import ProcessIdentity
from operations.upkeep.reckoned import Reckoned
from operations.upkeep.surroundings import Surroundings
from tests.house.checkout import CHECKOUT, PACKAGES
from tillstream.figures import WorkerFigures
from tillstream.settings import load_settings

PAGE = CHECKOUT / "docs" / "metrics.md"

WRITE_THE_PAGE = (
    'run `.venv/bin/python -c "from metrics.page import page; '
    "print(page(), end='')\" > docs/metrics.md` and commit the page"
)

CLASSES = {
    "Counter",
    "Gauge",
    "Histogram",
    "Summary",
    "CounterMetricFamily",
    "GaugeMetricFamily",
    "HistogramMetricFamily",
}

MEASURES = {"seconds", "minor", "bytes"}

OTHER_MEASURES = {"ms", "milliseconds", "minutes", "hours", "days", "cents", "percent"}
"""One measure for one thing: figures that are to be added or compared share it."""

SPECS = sorted({spec for specs in BY_PROCESS.values() for spec in specs}, key=lambda s: s.name)

each_metric = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)


def _anyone(process: str) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(ProcessIdentity(process, "name"))
    return registry


def _worker() -> CollectorRegistry:
    registry = _anyone("worker")
    registry.register(OwnDisk(CHECKOUT))
    WorkerFigures(registry)
    registry.register(Reckoned(dict, dict, dict, bool, {}))
    return registry


def _sink() -> CollectorRegistry:
    registry = _anyone("sink")
    nowhere = load_settings(kafka="127.0.0.1:1", postgres="host=127.0.0.1 port=1").installation()
    registry.register(Surroundings(nowhere))
    sink_metrics(registry)
    return registry


def _board() -> CollectorRegistry:
    registry = _anyone("board")
    BoardMetrics(registry)
    registry.register(Shops(Memory()))
    SignIns(registry)
    GoodsFigures(registry)
    return registry


def _webhooks() -> CollectorRegistry:
    registry = _anyone("webhooks")
    webhook_metrics(registry)
    return registry


def _registration() -> CollectorRegistry:
    registry = _anyone("registration")
    registration_metrics(registry)
    return registry


def _store_api() -> CollectorRegistry:
    registry = _anyone("store-api")
    store_api_metrics(registry)
    return registry


def _gateway() -> CollectorRegistry:
    registry = _anyone("gateway")
    gateway_metrics(registry)
    catalog_metrics(registry)
    return registry


def _mirrors() -> CollectorRegistry:
    registry = _anyone("mirrors")
    mirror_metrics(registry)
    return registry


def _admission() -> CollectorRegistry:
    registry = _anyone("admission")
    admission_metrics(registry)
    return registry


def _feeds() -> CollectorRegistry:
    registry = _anyone("feeds")
    feed_metrics(registry)
    return registry


def _replication() -> CollectorRegistry:
    registry = _anyone("replication")
    replication_metrics(registry)
    return registry


def _proxy() -> CollectorRegistry:
    registry = _anyone("proxy")
    proxy_metrics(registry)
    return registry


def _till() -> CollectorRegistry:
    registry = _anyone("till")
    proxy_metrics(registry)
    till_metrics(registry)
    return registry


PROCESSES = {
    "worker": _worker,
    "sink": _sink,
    "webhooks": _webhooks,
    "registration": _registration,
    "store-api": _store_api,
    "gateway": _gateway,
    "board": _board,
    "mirrors": _mirrors,
    "replication": _replication,
    "admission": _admission,
    "feeds": _feeds,
    "proxy": _proxy,
    "till": _till,
}


@pytest.mark.parametrize("process", BY_PROCESS)
def test_a_process_shows_what_the_catalogue_says_of_it(process: str) -> None:
    shown = {
        (metric.name, metric.type, metric.documentation)
        for metric in PROCESSES[process]().collect()
    }
    told = {
        (spec.name.removesuffix("_total"), spec.kind, spec.help) for spec in BY_PROCESS[process]
    }
    assert shown - told == set(), f"add to BY_PROCESS[{process!r}] in metrics/catalogue.py"
    assert told - shown == set(), f"the {process} never shows it: take it out, or build it"


def test_no_metric_is_named_outside_the_catalogue() -> None:
    named = [
        f"{path.relative_to(CHECKOUT)}:{node.lineno}"
        for package in PACKAGES
        for path in sorted((CHECKOUT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and _names_a_metric(node)
    ]
    assert not named, f"give it a MetricSpec in metrics/catalogue.py and build from that: {named}"


def _names_a_metric(node: ast.Call) -> bool:
    """Whether a class of prometheus-client is called with a name of its own."""
    called = ast.unparse(node.func).rpartition(".")[2]
    given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "name")]
    return called in CLASSES and any(
        isinstance(value, ast.Constant) and isinstance(value.value, str) for value in given
    )


def test_a_name_has_one_meaning() -> None:
    assert len({spec.name for spec in SPECS}) == len(SPECS), "two specs share a name"


@each_metric
def test_a_name_tells_whose_it_is_and_its_kind(spec: MetricSpec) -> None:
    assert spec.name.startswith("tillstream_"), f"call it tillstream_{spec.name}"
    assert spec.name.endswith("_total") == (spec.kind == "counter"), (
        f"{spec.name}: counters end in _total, and nothing else does"
    )


@each_metric
def test_a_name_ends_in_its_unit(spec: MetricSpec) -> None:
    *words, last = spec.name.removesuffix("_total").split("_")
    assert not MEASURES & set(words), f"{spec.name}: the unit comes last, before _total"
    assert not OTHER_MEASURES & {*words, last}, f"{spec.name}: measure in {sorted(MEASURES)}"
    if spec.kind == "histogram":
        assert last in MEASURES | {"records", "rows"}, f"{spec.name}: buckets of what?"


@each_metric
def test_a_histogram_and_nothing_else_has_buckets(spec: MetricSpec) -> None:
    assert bool(spec.buckets) == (spec.kind == "histogram"), spec.name
    assert list(spec.buckets) == sorted(set(spec.buckets)), f"{spec.name}: buckets rise"


def test_the_page_is_that_of_the_catalogue() -> None:
    assert PAGE.exists() and PAGE.read_text() == page(), WRITE_THE_PAGE
