"""Receipts at the gateway: what was sold here, and what of it may still come back.

`shelf` keeps the store's receipts on the disk, `refunds` says what is paid back (pure), `returns`
reserves goods that are about to come back, and `receipt_calls` answers over HTTP.
"""
