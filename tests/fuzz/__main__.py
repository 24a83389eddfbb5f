"""Run long: `python -m tests.fuzz --examples 5000`. The last line is one JSON object."""

import argparse
import json
import logging
import tempfile
import time
from pathlib import Path

import structlog

from tests.fuzz.gateway import fuzz

if __name__ == "__main__":
    # What the gateway says of each batch is what the requests ask for.
    quiet = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=quiet)
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=5_000)
    options, began = parser.parse_args(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tillstream-fuzz-") as folder:
        taken = fuzz(Path(folder), options.examples)
    seconds = round(time.monotonic() - began, 1)
    print(json.dumps({"examples": options.examples, "taken": taken, "seconds": seconds}))  # noqa: T201
