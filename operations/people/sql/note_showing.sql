-- Who looked at a person.
SELECT record_in_audit_log('person.show', %s, NULL, NULL);
