-- Who did what to which till, beside what people did on the board.
INSERT INTO audit_log (who, address, action, subject, after)
VALUES (%(who)s, %(address)s, %(action)s, %(subject)s, %(what)s)
