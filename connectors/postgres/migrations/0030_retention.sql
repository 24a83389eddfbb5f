-- migrate:up

-- What leaves by its age, and how old things are. A clock that jumps a year ahead makes nothing a
-- year older: age is counted in days that this database has lived through, noted as they come.

-- One row for each day, made by the first pass of forget_old_audit_entries on it. audit_up_to is the
-- newest entry of the audit log at that moment: entries leave by these numbers, not by what a clock
-- had stamped on them. Days of before are those on which the log was written; of each, the entries
-- count before which nothing was stamped with a later day.
CREATE TABLE days_lived (
    day date PRIMARY KEY,
    audit_up_to bigint NOT NULL
);
INSERT INTO days_lived (day, audit_up_to)
SELECT day, coalesce(first_of_later_days - 1, newest)
FROM (
    SELECT day, newest,
        min(first) OVER (ORDER BY day ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
            AS first_of_later_days
    FROM (
        SELECT (happened_at AT TIME ZONE 'UTC')::date AS day, min(entry_id) AS first,
            (SELECT max(entry_id) FROM audit_log) AS newest
        FROM audit_log GROUP BY 1
    ) AS written
) AS counted
WHERE day <= (clock_timestamp() AT TIME ZONE 'UTC')::date;

-- The newest day that is at least so many lived days old; null where none is. A gap counts for a
-- week at most: longer ones are clocks that jumped, or a database that was off. That is what a
-- wrong clock can cost, once, and what holidays may take.
CREATE FUNCTION lived_before(days integer) RETURNS date
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT max(day) FROM (
        SELECT day, sum(least(coalesce(next_day - day, 0), 7)) OVER (ORDER BY day DESC) AS lived
        FROM (
            SELECT day, lead(day) OVER (ORDER BY day) AS next_day FROM days_lived
            WHERE day <= (clock_timestamp() AT TIME ZONE 'UTC')::date
        ) AS noted
    ) AS aged
    WHERE lived >= days
$$;

-- How long entries of the audit log are kept. Only the owner writes it, by `tillstream migrate`.
CREATE TABLE audit_retention (
    is_the_row boolean PRIMARY KEY DEFAULT true CHECK (is_the_row),
    days integer NOT NULL CHECK (days BETWEEN 90 AND 36500)
);
INSERT INTO audit_retention (days) VALUES (730);

CREATE FUNCTION record_audit_retention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_log (action, subject, before, after)
    VALUES ('audit_log.retention', 'audit_log',
        jsonb_build_object('days', OLD.days), jsonb_build_object('days', NEW.days));
    RETURN NULL;
END $$;

CREATE TRIGGER audit_retention_audit
    AFTER UPDATE ON audit_retention
    FOR EACH ROW WHEN (NEW.days <> OLD.days) EXECUTE FUNCTION record_audit_retention();
ALTER TABLE audit_retention ENABLE ALWAYS TRIGGER audit_retention_audit;

-- The newest entry that may leave, by its number; 0 where none may.
CREATE FUNCTION audit_may_go_up_to() RETURNS bigint
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT coalesce(max(audit_up_to), 0) FROM days_lived
    WHERE day <= (SELECT lived_before(days) FROM audit_retention)
$$;

-- Entries that are old enough may go, whoever deletes them; no other, and none unrecorded.
CREATE FUNCTION guard_forgetting_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone jsonb;
BEGIN
    IF NOT EXISTS (SELECT FROM old_rows) THEN
        RETURN NULL;
    END IF;
    IF (SELECT max(entry_id) FROM old_rows) > audit_may_go_up_to() THEN
        RAISE EXCEPTION 'audit_log is append-only: delete of entries that are kept is refused'
            USING ERRCODE = 'restrict_violation',
                HINT = 'Those that are old enough go by themselves: forget_old_audit_entries().';
    END IF;
    SELECT jsonb_build_object('entries', count(*),
        'first_entry', min(entry_id), 'last_entry', max(entry_id),
        'first_at', min(happened_at), 'last_at', max(happened_at))
    INTO gone FROM old_rows;
    INSERT INTO audit_log (action, subject, before) VALUES ('audit_log.forget', 'audit_log', gone);
    RETURN NULL;
END $$;

DROP TRIGGER audit_log_append_only ON audit_log;
CREATE TRIGGER audit_log_append_only
    BEFORE UPDATE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log();
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_append_only;
CREATE TRIGGER audit_log_forgets
    AFTER DELETE ON audit_log REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION guard_forgetting_of_audit_log();
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_forgets;

-- Note the day, and delete the oldest entries that may leave, 5,000 at most: that takes a fraction
-- of a second, and a day's imports of master data are gone within minutes. How many it were. It
-- takes no arguments: whoever may call it can do nothing but what the owner has allowed.
CREATE FUNCTION forget_old_audit_entries() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
    kept_days integer;
    gone integer;
BEGIN
    -- One at a time. An advisory lock could be held for ever by anybody; this one by the owner only.
    SELECT days INTO kept_days FROM audit_retention FOR UPDATE SKIP LOCKED;
    IF kept_days IS NULL THEN
        RETURN 0;
    END IF;
    -- Days that are still to come: the clock was ahead, or is behind. Nobody has lived through them.
    DELETE FROM days_lived WHERE day > today;
    INSERT INTO days_lived (day, audit_up_to)
    SELECT today, coalesce(max(entry_id), 0) FROM audit_log
    ON CONFLICT (day) DO NOTHING;
    -- Others ask for up to a year; one day that is older than all that is asked for is enough.
    DELETE FROM days_lived WHERE day < (SELECT lived_before(greatest(kept_days, 366)));
    DELETE FROM audit_log WHERE entry_id IN (
        SELECT entry_id FROM audit_log
        WHERE entry_id <= (SELECT audit_may_go_up_to())
        ORDER BY entry_id LIMIT 5000
    );
    GET DIAGNOSTICS gone = ROW_COUNT;
    RETURN gone;
END $$;

-- Of the log itself only what happened to it tells: nobody claims that entries have left.
CREATE FUNCTION refuse_claim_about_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'entries of % are written by what they tell of', NEW.action
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER audit_log_of_itself
    BEFORE INSERT ON audit_log
    FOR EACH ROW WHEN (starts_with(NEW.action, 'audit_log.'))
    EXECUTE FUNCTION refuse_claim_about_audit_log();
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_of_itself;

REVOKE EXECUTE ON FUNCTION
    lived_before, record_audit_retention, audit_may_go_up_to, guard_forgetting_of_audit_log,
    forget_old_audit_entries, refuse_claim_about_audit_log
FROM PUBLIC;

-- Boards count refused sign-ins in memory now.
DROP INDEX audit_log_of_sign_ins;

-- When it was first seen, or last found to be needed, whether a version is still asked for.
ALTER TABLE webhook_versions ADD COLUMN looked_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX webhook_versions_by_look ON webhook_versions (looked_at);

CREATE INDEX webhook_dead_letters_by_age ON webhook_dead_letters (given_up_at);

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
