"""The rows as a table, as JSON and as the picture."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.picture import picture
from benchmarks.summary import Row
from tillstream.settings import HOME

JSON = HOME / ".tillstream" / "bench.json"

PICTURE = HOME / "docs" / "pictures" / "bench.svg"

COLUMNS = (
    ("system", "title", ""),
    ("events/s", "events_per_second", ",.0f"),
    ("min", "events_per_second_min", ",.0f"),
    ("max", "events_per_second_max", ",.0f"),
    ("worker\nCPU-s/M", "cpu_seconds_per_million", ".1f"),
    ("broker\nCPU-s/M", "broker_cpu_seconds_per_million", ".1f"),
    ("outputs\nper event", "outputs_per_event", ".2f"),
    ("age p50\nms", "age_p50_ms", ",.0f"),
    ("age p99\nms", "age_p99_ms", ",.0f"),
    ("peak\nMiB", "peak_memory_mib", ",.0f"),
    ("x Kafka\nStreams", "ratio_to_kafka_streams", ".2f"),
    ("x its\nCPU", "cpu_ratio_to_kafka_streams", ".2f"),
    ("x bare", "ratio_to_bare", ".2f"),
    ("others'\ncores", "other_cores", ".2f"),
    ("events", "events", ",d"),
)


def show(rows: Sequence[Row]) -> None:
    """Print the table; what is wrong follows it."""
    table = Table(caption="Medians of the rounds; ratios are within a round.")
    for heading, name, _ in COLUMNS:
        table.add_column(heading, justify="left" if name == "title" else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(_cell(row[name], form) for _, name, form in COLUMNS))
    console = Console(width=180)
    console.print(table)
    for row in rows:
        if not row["correct"]:
            console.print(f"[red]{row['title']} does not count: {row['fault']}", highlight=False)


def _cell(value: object, form: str) -> str:
    return "" if value is None else format(value, form)


def write(rows: Sequence[Row], draw: bool) -> list[Path]:
    """Write the JSON and, if asked, the picture; the files written."""
    JSON.parent.mkdir(exist_ok=True)
    JSON.write_text(json.dumps(list(rows), indent=1) + "\n")
    if not draw:
        return [JSON]
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(rows))
    return [JSON, PICTURE]
