-- Ask for another key of a store.
SELECT renew_card_key(%s, %s);
