SELECT record_in_audit_log(%(action)s, %(subject)s, %(before)s, %(after)s)
