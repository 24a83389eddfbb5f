"""What Faust's own command line is given: `faust -A tillstream.app agents`, `… tables`, `… worker`.

``app`` lists what the retail application declares. A worker makes an app of its own, by the
settings of the environment, as `tillstream worker` does.
"""

import sys
from typing import Any, NoReturn, cast

from faust.cli import AppCommand
from faust.cli.base import LOGLEVELS, option
from faust.cli.params import CaseInsensitiveChoice

from tillstream.applications import AGENTS
from tillstream.commands.worker import run_role
from tillstream.settings import load_settings
from tillstream.terminal import mendable

app = AGENTS.listed()


class worker(AppCommand):
    """Run one worker until SIGTERM or Ctrl-C: `tillstream worker`, with its settings."""

    options = [  # noqa: RUF012  # pyright: ignore[reportIncompatibleVariableOverride]
        option("--loglevel", "-l", type=CaseInsensitiveChoice(LOGLEVELS), help="Logging level."),
    ]

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """See `tillstream.commands.worker`."""
        level: str | None = cast(Any, self).kwargs["loglevel"]
        with mendable():
            run_role(AGENTS.role, load_settings(log_level=level and level.lower()))
        sys.exit(0)
