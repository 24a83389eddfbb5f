ORDER BY t.employee_id
