-- Whether anything was ever wrapped, so that a missing key is a lost one.
SELECT EXISTS (SELECT FROM customer_keys)
    OR EXISTS (SELECT FROM employee_cards)
    OR EXISTS (SELECT FROM card_keys WHERE wrapped IS NOT NULL);
