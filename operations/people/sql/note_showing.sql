-- Who looked at a person.
INSERT INTO audit_log (action, subject) VALUES ('person.show', %s);
