"""Who typed a command, as it is kept beside what they decided."""

import getpass


def who() -> str:
    """``command line (NAME)``."""
    return f"command line ({getpass.getuser()})"
