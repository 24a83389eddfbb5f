"""Chains that are checked whatever their dates say: somebody else judges these."""

import ssl

_NO_CHECK_TIME = 0x20_0000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python's `ssl` has no name for."""


def ignore_dates(context: ssl.SSLContext) -> None:
    """Let ``context`` believe certificates that have ended, or not begun."""
    context.verify_flags = ssl.VerifyFlags(context.verify_flags | _NO_CHECK_TIME)
