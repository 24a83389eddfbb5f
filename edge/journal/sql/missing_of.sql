-- What the centre lacked of an epoch when it was last heard.
SELECT epoch, first, last FROM missing WHERE epoch = ? ORDER BY first
