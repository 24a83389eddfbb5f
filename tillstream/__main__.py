"""``python -m tillstream``: the command line."""

import gc

# What is imported stays. To look through all of it for garbage, again and again while it grows, is
# a tenth of a command's start; `main` has the collector go on.
gc.disable()

from tillstream.cli import main  # noqa: E402

main()
