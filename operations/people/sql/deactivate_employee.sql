-- Let somebody in no more.
UPDATE employees SET active = false WHERE employee_id = %s;
