-- Who did what to which till, beside what people did on the board.
SELECT record_in_audit_log(%(action)s, %(subject)s, NULL, %(what)s, %(who)s, %(address)s)
