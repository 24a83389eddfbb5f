-- How long entries of the audit log are kept; what was before stands in the log.
UPDATE audit_retention SET days = %(days)s WHERE days <> %(days)s
