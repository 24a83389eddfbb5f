-- An employee, with the card wrapped beside.
WITH added AS (
    INSERT INTO employees (employee_id, card_hash, pin_hash, role, limits, locations)
    VALUES (%(employee_id)s, %(card_hash)s, %(pin_hash)s, %(role)s, %(limits)s, %(locations)s)
    RETURNING employee_id
)
INSERT INTO employee_cards (employee_id, wrapped, key_id)
SELECT employee_id, %(wrapped)s, %(key_id)s FROM added;
