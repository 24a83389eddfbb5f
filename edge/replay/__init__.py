"""Recorded baskets as till events: a CSV of basket lines in, numbered events out.

The same file with the same options gives the same events, byte for byte, so that a second replay
is recognised as duplicates. Reading is a stream; nothing here publishes or waits.
"""
