-- Employees without what is hashed.
SELECT employee_id, role, limits, locations, active FROM employees ORDER BY employee_id;
