-- Who named or removed an endpoint, beside what people did on the board.
INSERT INTO audit_log (who, action, subject, after)
VALUES (%(who)s, %(action)s, %(subject)s, %(what)s)
