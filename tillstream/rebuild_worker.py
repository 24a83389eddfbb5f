"""``python -m tillstream.rebuild_worker ROLE GENERATION``: one worker of what is being built.

Its settings come from the environment like any worker's.
"""

import sys

from tillstream import agents_worker
from tillstream.applications import APPLICATIONS
from tillstream.logs import begin


def main(role: str, generation: str) -> None:
    """Run until SIGTERM."""
    settings = begin()
    agents_worker.run_rebuild(settings, APPLICATIONS[role], int(generation))


if __name__ == "__main__":
    main(*sys.argv[1:])
