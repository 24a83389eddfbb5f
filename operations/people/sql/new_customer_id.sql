-- An id that nobody can guess, and that says nothing.
SELECT 'c-' || replace(gen_random_uuid()::text, '-', '');
