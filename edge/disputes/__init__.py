"""Returns judged at the centre: more than was bought, more than was paid, or of nobody's receipt.

Stores take goods back while they are cut off, so two may take back the same. `claims` is what is
looked at of sales and returns, `judging` the rule (pure), `reading` finds receipts by their number,
and `desk` judges the numbers that wait for it and keeps what it found, in one transaction.
"""
