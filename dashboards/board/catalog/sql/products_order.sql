ORDER BY lower(t.name) COLLATE "C", t.sku COLLATE "C"
