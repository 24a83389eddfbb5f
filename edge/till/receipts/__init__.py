"""Receipts: from what the journal has of a sale, to lines, and those to a printer or a page. Pure.

Nothing here asks a cart or a page: what was not committed cannot be printed.
"""
