-- The store's list of cards is to be hashed anew, under a key that the till does not have.
SELECT renew_card_key(%(location_id)s, 'till ' || %(till_id)s || ' was revoked')
