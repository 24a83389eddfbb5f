FROM rule_tables AS t
WHERE %(search)s = '' OR position(lower(%(search)s) IN lower(t.table_name)) > 0
