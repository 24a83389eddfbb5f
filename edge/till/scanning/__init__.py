"""What the one input field of a till's page takes: scans, quantities, prices, commands. Pure.

Nothing here knows a cart or a catalog. No text raises: what cannot be read is said so.
"""
