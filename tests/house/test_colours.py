"""In the dark, pages differ by colours alone: so axe looks there for nothing else."""

import re
from collections.abc import Iterator

import pytest

from tests.house.checkout import CHECKOUT

STYLES = ("edge/till/page/static/till.css", "dashboards/board/static/board.css")
DARK = "@media (prefers-color-scheme: dark) {"
COLOUR = re.compile(r"--[a-z-]+: #[0-9a-f]{3,8};")


def _blocks(style: str) -> Iterator[str]:
    """What stands between the braces behind each `DARK`."""
    for begin in style.split(DARK)[1:]:
        depth, end = 1, 0
        while depth:
            depth += {"{": 1, "}": -1}.get(begin[end], 0)
            end += 1
        yield begin[: end - 1]


@pytest.mark.parametrize("path", STYLES)
def test_the_dark_changes_the_values_of_colours_and_nothing_else(path: str) -> None:
    style = (CHECKOUT / path).read_text()
    (dark,) = _blocks(style)
    rule = re.fullmatch(r"\s*:root \{(.*)\}\s*", dark, re.DOTALL)
    assert rule, "another rule than that of :root: let axe run all its rules in the dark"
    said = [each.strip() for each in rule[1].splitlines() if each.strip()]
    assert said and all(COLOUR.fullmatch(each) for each in said), said
    assert style.count("prefers-color-scheme") == 1


def test_no_other_style_and_no_template_asks_for_the_dark() -> None:
    rooms = ("edge", "dashboards")
    files = [path for room in rooms for path in (CHECKOUT / room).rglob("*.*")]
    asking = {
        path.relative_to(CHECKOUT).as_posix()
        for path in files
        if path.suffix in (".css", ".html")
        and "vendor" not in path.parts
        and "prefers-color-scheme" in path.read_text()
    }
    assert asking == set(STYLES)
