"""The picture of the README: a bar a system for its throughput, its CPU and its spread."""

from collections.abc import Sequence
from html import escape

from benchmarks.summary import Row

WIDTH = 860
LEFT = 290
RIGHT = 190
BAR = 18
STEP = 34
TOP = 46

OURS = "#1f6f5c"
OTHERS = "#9aa5ad"

STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#24292f}.small{font-size:11px;fill:#57606a}"
    ".title{font-size:15px;font-weight:600}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.small{fill:#9da7b1}}"
)


def picture(rows: Sequence[Row]) -> str:
    """An SVG of the rows that are correct, fastest first."""
    counted = [row for row in rows if row["correct"]]
    ordered = sorted(counted, key=lambda row: -row["events_per_second"])
    most = max((row["events_per_second_max"] for row in ordered), default=1.0)
    bars = "\n".join(_bar(row, place, most) for place, row in enumerate(ordered))
    height = TOP + STEP * len(ordered) + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="Events per second by system">\n<style>{STYLE}</style>\n'
        '<text class="title" x="0" y="18">Events per second, one worker</text>\n'
        f'<text class="small" x="{LEFT}" y="18">line: slowest to fastest round · '
        "right: CPU seconds of the worker per million events</text>\n"
        f"{bars}\n</svg>\n"
    )


def _bar(row: Row, place: int, most: float) -> str:
    scale = (WIDTH - LEFT - RIGHT) / most
    y = TOP + STEP * place
    middle = y + BAR / 2
    rate = row["events_per_second"]
    low, high = (LEFT + row[f"events_per_second_{end}"] * scale for end in ("min", "max"))
    colour = OURS if row["system"].startswith("tillstream") else OTHERS
    told = f"{rate:,.0f} · {row['cpu_seconds_per_million']:.1f} CPU-s"
    return (
        f'<text x="0" y="{middle + 4:.0f}">{escape(row["title"])}</text>'
        f'<rect x="{LEFT}" y="{y}" width="{rate * scale:.1f}" height="{BAR}" rx="2" '
        f'fill="{colour}"/>'
        f'<path d="M{low:.1f} {middle}H{high:.1f}" stroke="#d1495b" stroke-width="2"/>'
        f'<text x="{max(high, LEFT + rate * scale) + 8:.0f}" y="{middle + 4:.0f}">{told}</text>'
    )
