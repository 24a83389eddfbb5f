"""A store's gateway says which version of a table counts for nobody, and what is wrong with it."""

import json
from contextlib import closing
from pathlib import Path

from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs

from edge.bundle.catalog import RefusedTable
from edge.gateway import gateway as whole
from edge.gateway.catalog.metrics import catalog_metrics
from edge.gateway.catalog.reporting import ReportedCatalog
from edge.gateway.health import Health
from edge.gateway.metrics import gateway_metrics
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import LOCATION

GAP = RefusedTable("off5", 2, "table off5, version 2: gap: no row applies to subtotal_minor 0")
TYPE = RefusedTable("off5", 3, "table off5, version 3, row off5, column percent: wrong type: 'x'")


def test_each_is_said_once_in_the_log_and_counted_for_as_long_as_it_lasts() -> None:
    registry, heard = CollectorRegistry(), list[object]()
    reports = ReportedCatalog(catalog_metrics(registry), heard.append)
    with capture_logs() as logs:
        for told in ([GAP], [GAP], [GAP, TYPE], [GAP, TYPE]):
            reports.tables_refused(told)
    assert [(each["version"], each["why"]) for each in logs] == [
        (GAP.version, GAP.why),
        (TYPE.version, TYPE.why),
    ]
    assert registry.get_sample_value("tillstream_gateway_catalog_tables_refused") == 2
    reports.tables_refused([])
    assert registry.get_sample_value("tillstream_gateway_catalog_tables_refused") == 0
    with capture_logs() as logs:
        reports.tables_refused([GAP])
    assert logs and heard[-1] == [GAP], "what came back was not said again"


async def test_its_status_names_row_column_and_reason(tmp_path: Path) -> None:
    topic, metrics = MemoryTopic(), gateway_metrics(CollectorRegistry())
    with whole.opened(LOCATION, tmp_path, topic, metrics) as gateway, closing(gateway.file):
        gateway.centre.refused_tables = (TYPE,)
        health: Health = vars(gateway)["_health"]
        answer = await health.ready(None)  # type: ignore[arg-type]
        told = json.loads(answer.text or "")
    assert told["ready"] is True and f"refused: {TYPE.why}" in told["notes"]
