-- The oldest entries that may leave the audit log, a few thousand at most; how many they were.
SELECT forget_old_audit_entries()
