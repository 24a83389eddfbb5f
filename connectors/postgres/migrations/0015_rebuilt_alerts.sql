-- migrate:up

-- State that is rebuilt under a corrected rule comes with a higher generation in its versions
-- (version >> 44), and raises its alerts anew, often at another time. What people decided must not
-- be left behind with the old raised_at: it moves to the raising that stood when they decided.

-- Which raising carries what was decided before the rebuild. A rebuild may tell the whole history
-- of an alert once more: what was decided goes along until that history has passed the decision.
CREATE TABLE alerts_rebuilt (
    location_id text NOT NULL,
    sku text NOT NULL,
    raised_at timestamptz NOT NULL,
    PRIMARY KEY (location_id, sku)
);

ALTER TABLE restock_proposals
    DROP CONSTRAINT restock_proposals_location_id_sku_raised_at_fkey,
    ADD FOREIGN KEY (location_id, sku, raised_at) REFERENCES alert_handling ON UPDATE CASCADE;

-- As before, but for the move to another raising: only the trigger below makes one (it is the
-- trigger around this one), and its reader must see a newer row.
CREATE OR REPLACE FUNCTION guard_alert_handling() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.location_id, NEW.sku, NEW.raised_at) <> (OLD.location_id, OLD.sku, OLD.raised_at) THEN
        IF pg_trigger_depth() > 1
            AND to_jsonb(NEW) - 'raised_at' = to_jsonb(OLD) - 'raised_at' THEN
            NEW.version := OLD.version + 1;
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'a handling belongs to one raising of one alert'
            USING ERRCODE = 'restrict_violation', HINT = 'Insert another row.';
    END IF;
    IF NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'version of a handling goes from % to %, not to %',
                OLD.version, OLD.version + 1, NEW.version
            USING ERRCODE = 'restrict_violation', HINT = 'Read the row, and change that.';
    END IF;
    IF OLD.acknowledged_at IS NOT NULL
        AND (NEW.acknowledged_by, NEW.acknowledged_at)
            IS DISTINCT FROM (OLD.acknowledged_by, OLD.acknowledged_at) THEN
        RAISE EXCEPTION 'who acknowledged first stays who did'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION guard_restock_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() > 1 AND NEW.raised_at <> OLD.raised_at
        AND to_jsonb(NEW) - 'raised_at' = to_jsonb(OLD) - 'raised_at' THEN
        NEW.version := OLD.version + 1;
        RETURN NEW;
    END IF;
    IF OLD.state <> 'proposed' THEN
        RAISE EXCEPTION 'proposal % is % already', OLD.proposal_id, OLD.state
            USING ERRCODE = 'restrict_violation', HINT = 'Make another proposal.';
    END IF;
    IF NEW.version <> OLD.version + 1
        OR (to_jsonb(NEW) - ARRAY['state', 'decided_by', 'decided_at', 'version'])
            <> (to_jsonb(OLD) - ARRAY['state', 'decided_by', 'decided_at', 'version']) THEN
        RAISE EXCEPTION 'a proposal is accepted or withdrawn, and not changed'
            USING ERRCODE = 'restrict_violation', HINT = 'Withdraw it and make another.';
    END IF;
    RETURN NEW;
END $$;

-- Where somebody has acted on the new raising already, that stays what it is: the old handling is
-- kept where it was, its proposals come along unless one is open on either side, and the audit log
-- says so.
CREATE FUNCTION move_handling(location text, item text, old_raising timestamptz,
    new_raising timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    said text := 'alert_handling.move';
BEGIN
    IF EXISTS (
        SELECT FROM alert_handling
        WHERE location_id = location AND sku = item AND raised_at = new_raising
    ) THEN
        said := 'alert_handling.leave';
        UPDATE restock_proposals AS moved SET raised_at = new_raising
        WHERE location_id = location AND sku = item AND raised_at = old_raising
            AND NOT (state = 'proposed' AND EXISTS (
                SELECT FROM restock_proposals AS open
                WHERE open.location_id = location AND open.sku = item
                    AND open.raised_at = new_raising AND open.state = 'proposed'
            ));
    ELSE
        UPDATE alert_handling SET raised_at = new_raising
        WHERE location_id = location AND sku = item AND raised_at = old_raising;
    END IF;
    INSERT INTO audit_log (action, subject, before, after)
    VALUES (said, concat_ws('/', 'alert_handling', location, item),
        jsonb_build_object('raised_at', old_raising), jsonb_build_object('raised_at', new_raising));
END $$;

CREATE FUNCTION carry_handling() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    carrier timestamptz;
    decided timestamptz;
BEGIN
    IF NEW.version >> 44 > OLD.version >> 44 AND OLD.state = 'raised' THEN
        INSERT INTO alerts_rebuilt (location_id, sku, raised_at)
        SELECT location_id, sku, raised_at FROM alert_handling
        WHERE location_id = NEW.location_id AND sku = NEW.sku AND raised_at = OLD.raised_at
        ON CONFLICT (location_id, sku) DO UPDATE SET raised_at = excluded.raised_at;
    END IF;
    IF NEW.state <> 'raised' THEN
        RETURN NULL;
    END IF;
    SELECT raised_at, changed_at INTO carrier, decided
    FROM alerts_rebuilt JOIN alert_handling USING (location_id, sku, raised_at)
    WHERE location_id = NEW.location_id AND sku = NEW.sku;
    IF carrier IS NULL OR carrier = NEW.raised_at THEN
        RETURN NULL;
    END IF;
    -- Raised after the decision: that one is new to people. A time before what the table of
    -- handlings takes is a till's fault, and must not stop who writes the alert.
    IF NEW.raised_at > decided OR NEW.raised_at < '0001-01-02 00:00Z' THEN
        DELETE FROM alerts_rebuilt WHERE location_id = NEW.location_id AND sku = NEW.sku;
    ELSE
        PERFORM move_handling(NEW.location_id, NEW.sku, carrier, NEW.raised_at);
        UPDATE alerts_rebuilt SET raised_at = NEW.raised_at
        WHERE location_id = NEW.location_id AND sku = NEW.sku;
    END IF;
    RETURN NULL;
END $$;

-- Before the first rebuild there is nothing to carry.
CREATE TRIGGER restock_alerts_carry_handling
    AFTER UPDATE ON restock_alerts
    FOR EACH ROW WHEN (NEW.version >> 44 > 0)
    EXECUTE FUNCTION carry_handling();
ALTER TABLE restock_alerts ENABLE ALWAYS TRIGGER restock_alerts_carry_handling;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
