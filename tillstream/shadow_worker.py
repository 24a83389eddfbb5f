"""``python -m tillstream.shadow_worker LIVE GENERATION``: one worker of a shadow of LIVE.

Its settings come from the environment like any worker's; its application id is the shadow's. It
registers nothing, and says every version from the first, because that is what is compared.
"""

import sys

from operations.shadow.sides import Shadow
from tillstream import agents_worker
from tillstream.logs import begin
from tillstream.settings import SettingsError


def main(live: str, generation: str) -> None:
    """Run until SIGTERM."""
    settings = begin()
    shadow = Shadow(live, settings.application_id, int(generation))
    if problem := shadow.problem():
        raise SettingsError(problem)
    agents_worker.run_shadow(settings, shadow.generation, shadow.topic)


if __name__ == "__main__":
    main(*sys.argv[1:])
