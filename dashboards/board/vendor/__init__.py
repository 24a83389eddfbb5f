"""What the pages load beside their own script, as npm installs it from the lock in this folder.

`make setup` runs `install`. Nothing of it is edited or built, and nothing is asked for at run time.
"""

from pathlib import Path

FOLDER = Path(__file__).parent

FILES = FOLDER / "files"
"""Where `install` puts them; not in the repository."""

PACKAGED = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
    "uPlot.iife.min.js": "uplot/dist/uPlot.iife.min.js",
    "uPlot.min.css": "uplot/dist/uPlot.min.css",
    "axe.min.js": "axe-core/axe.min.js",
}
"""Where each file lies in its package. The last is for the tests, and no page loads it."""


class NotInstalled(Exception):
    """A file that the pages need is not there; the message says what to run."""


def require_files() -> None:
    """Raise `NotInstalled` where one of the files is missing."""
    missing = [name for name in PACKAGED if not (FILES / name).is_file()]
    if missing:
        raise NotInstalled(f"the pages lack {', '.join(missing)}: run 'make setup'")
