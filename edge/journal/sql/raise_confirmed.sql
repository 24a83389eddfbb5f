-- Note how far the centre ever had all of an epoch: what leaves must lie before.
UPDATE epochs SET confirmed_to = ?2 WHERE epoch = ?1 AND confirmed_to < ?2
