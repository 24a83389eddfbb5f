"""The centre's store API: what one store's gateway asks about the others, and nothing more.

Stock in all shops, receipts of other stores, and reservations of goods that are about to come back.
A store shows the fleet's certificate `store/<location>` and asks as itself alone. `visitors` says
who asks, `quota` how much, and `connections` what a question may cost. `calls` answers, by `sold`
(sales as the tables have them), `left` (what of them may still come back: pure) and
`reservations`; `server` joins them. Nothing here writes but reservations, and nothing here is asked
by tills.
"""
