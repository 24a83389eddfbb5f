-- migrate:up

-- What the board may see and change of people: nothing that is hashed or sealed, and no key. Whoever
-- takes the board can neither try PINs and card ids nor let in a card of their own.
CREATE VIEW employees_shown AS
    SELECT employee_id, role, limits, locations, active FROM employees;

CREATE VIEW customers_shown AS
    SELECT customer_id, consents, card_hash IS NOT NULL AS has_card,
        ARRAY(SELECT jsonb_object_keys(sealed) ORDER BY 1) AS sealed_fields
    FROM customers;

-- Deletes a customer's key and row and keeps a proof, for the board and for commands: neither may
-- delete the one without the other, nor write a proof of what was not done. False where there is no
-- such customer. Of two at once, the second waits here for the first.
CREATE FUNCTION erase_customer(customer text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    names text[];
BEGIN
    SELECT ARRAY(SELECT jsonb_object_keys(sealed) ORDER BY 1) INTO names
    FROM customers WHERE customer_id = customer FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM customer_keys WHERE customer_id = customer;
    DELETE FROM customers WHERE customer_id = customer;
    INSERT INTO customer_erasures (customer_id, erased_by, fields)
    VALUES (
        customer,
        coalesce(nullif(current_setting('tillstream.who', true), ''),
            'database role ' || session_user),
        names
    );
    RETURN true;
END $$;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
