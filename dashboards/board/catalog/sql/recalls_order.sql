ORDER BY t.valid_from DESC, t.sku, t.recall_id
