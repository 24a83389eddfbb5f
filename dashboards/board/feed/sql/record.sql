INSERT INTO audit_log (action, subject, before, after)
VALUES (%(action)s, %(subject)s, %(before)s, %(after)s)
