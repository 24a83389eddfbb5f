"""What a person sees while the stack starts, runs and stops."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from local.jars import Progress as JarProgress

LINE_EVERY_BYTES = 10_000_000
"""Where there is no terminal to draw a bar on, a line so often."""


class Report:
    """Lines on a terminal, or plain lines in a log."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """One line. Where a full disk has no room for it, the stack goes on without."""
        with suppress(OSError):
            self.console.print(text, markup=False)

    @contextmanager
    def step(self, name: str) -> Generator[None]:
        """Name a step while it runs, and say how long it took once it is done."""
        with self.steps([name]) as done:
            yield
            done(name)

    @contextmanager
    def steps(self, names: Sequence[str]) -> Generator[Callable[[str], None]]:
        """Name steps while they run side by side; what is given says of one how long it took."""
        began = time.monotonic()

        def done(name: str) -> None:
            self.say(f"  {name:<20} {time.monotonic() - began:6.1f} s")

        with self.console.status(f"{', '.join(names)} …"):
            yield done

    @contextmanager
    def downloads(self, count: int, total_bytes: int) -> Generator[JarProgress]:
        """Progress of a download, with sizes."""
        self.say(f"  fetching {count} jars, {_megabytes(total_bytes)}, once")
        if not self.console.is_terminal:
            yield _Lines(self, total_bytes)
            return
        with self._bar() as bar:
            task = bar.add_task("jars", total=total_bytes)

            def advance(file_name: str, size_bytes: int) -> None:
                bar.update(task, advance=size_bytes, description=file_name)

            yield advance

    def _bar(self) -> Progress:
        columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn())
        text = TextColumn("  {task.description:<40.40}")
        return Progress(text, *columns, console=self.console, transient=True)


class _Lines:
    """Download progress where no bar can be drawn."""

    def __init__(self, report: Report, total_bytes: int) -> None:
        self._report = report
        self._total_bytes = total_bytes
        self._done_bytes = 0

    def __call__(self, _file_name: str, size_bytes: int) -> None:
        before = self._done_bytes // LINE_EVERY_BYTES
        self._done_bytes += size_bytes
        if self._done_bytes // LINE_EVERY_BYTES > before or self._done_bytes == self._total_bytes:
            done, total = _megabytes(self._done_bytes), _megabytes(self._total_bytes)
            self._report.say(f"  {done} of {total}")


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.1f} MB"
