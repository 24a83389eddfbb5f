-- Whether anything is to be done.
SELECT EXISTS (SELECT FROM returns_to_judge)
    OR EXISTS (SELECT FROM disputed_returns WHERE told_at IS NULL AND due_at <= now())
