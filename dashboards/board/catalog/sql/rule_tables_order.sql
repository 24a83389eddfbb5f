ORDER BY t.table_name, t.version DESC
