SELECT to_jsonb(t) AS row FROM {table} AS t WHERE {key}
