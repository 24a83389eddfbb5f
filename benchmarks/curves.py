"""The picture of what bends as shops grow: a panel a curve, a bar a point."""

from collections.abc import Sequence
from typing import Any

from benchmarks.picture import OURS, STYLE

PANEL_WIDTH = 420
PANEL_HEIGHT = 170
COLUMNS = 2
LEFT = 80
RIGHT = 150
TOP = 40
BAR = 15
STEP = 24

TITLES = {
    "workers": "by workers (lines of sales a second)",
    "locations": "by locations",
    "keys": "by keys in the state",
    "lines": "by lines of a sale",
    "skew": "by the share of one location, two workers",
}

Point = dict[str, Any]


def curves(points: Sequence[Point]) -> str:
    """An SVG of every curve among ``points``: lines a second, with CPU and memory beside them."""
    names = [name for name in TITLES if any(point["curve"] == name for point in points)]
    rows = -(-len(names) // COLUMNS)
    panels = "\n".join(
        _panel(name, [point for point in points if point["curve"] == name], place)
        for place, name in enumerate(names)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {COLUMNS * PANEL_WIDTH} '
        f'{rows * PANEL_HEIGHT}" role="img" aria-label="Throughput as shops grow">\n'
        f"<style>{STYLE}</style>\n{panels}\n</svg>\n"
    )


def _panel(name: str, points: Sequence[Point], place: int) -> str:
    x, y = place % COLUMNS * PANEL_WIDTH, place // COLUMNS * PANEL_HEIGHT
    most = max(point["lines_per_second"] for point in points)
    bars = "".join(_bar(point, number, most) for number, point in enumerate(points))
    title = f'<text class="title" x="0" y="18">{TITLES[name]}</text>'
    return f'<g transform="translate({x} {y})">{title}{bars}</g>'


def _bar(point: Point, number: int, most: float) -> str:
    y = TOP + STEP * number
    width = point["lines_per_second"] / most * (PANEL_WIDTH - LEFT - RIGHT - 20)
    told = (
        f"{point['lines_per_second']:,.0f} · {point['cpu_seconds_per_million']:.0f} CPU-s/M"
        f" · {point['peak_memory_mib']:,.0f} MiB"
    )
    return (
        f'<text x="{LEFT - 8}" y="{y + 12}" text-anchor="end">{point["value"]:,g}</text>'
        f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" rx="2" fill="{OURS}"/>'
        f'<text class="small" x="{LEFT + width + 6:.0f}" y="{y + 11}">{told}</text>'
    )
