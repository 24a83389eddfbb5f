"""What a till's page asks beyond carts and events: the field, payments, receipts, ages, the drawer
and goods that come back. Decisions are pure; `calls` joins them to the local API.
"""
