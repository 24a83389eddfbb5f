-- The wrapped cards of those who work in a store.
SELECT employee_id, wrapped, key_id FROM employees JOIN employee_cards USING (employee_id)
WHERE active AND %s = ANY (locations) ORDER BY employee_id;
