"""Checks of a configuration and of a running installation: what is wrong, and what to do.

A check asks one thing and gives verdicts; `examination` lists them all. It changes nothing, raises
nothing, and says what it could not find out. How things stand is looked up by `operations.status`.
"""
