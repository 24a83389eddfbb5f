"""``python -m tillstream``: the command line."""

from tillstream.cli import main

main()
