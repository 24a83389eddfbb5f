-- migrate:up

-- What people do about a restock alert. One row for each raising of an alert that somebody has
-- touched: when the alert clears and is raised anew, a new one begins. Alerts themselves are the
-- workers' and come by way of the sink, so there is no foreign key to them. version is what a
-- page was drawn from: whoever acts on an older one is told so, and nothing is overwritten.
CREATE TABLE alert_handling (
    location_id text NOT NULL CHECK (location_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    sku text NOT NULL CHECK (sku ~ '^[A-Za-z0-9._-]{1,64}$'),
    raised_at timestamptz NOT NULL
        CHECK (raised_at >= '0001-01-02 00:00Z' AND raised_at < '9999-12-31 00:00Z'),
    acknowledged_by text CHECK (char_length(acknowledged_by) BETWEEN 1 AND 128),
    acknowledged_at timestamptz,
    owner text CHECK (owner ~ '\S' AND char_length(owner) <= 128),
    note text CHECK (note ~ '\S' AND char_length(note) <= 2000),
    noted_by text CHECK (char_length(noted_by) BETWEEN 1 AND 128),
    noted_at timestamptz,
    changed_by text NOT NULL CHECK (char_length(changed_by) BETWEEN 1 AND 128),
    changed_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (location_id, sku, raised_at),
    CONSTRAINT alert_handling_acknowledged_by_whom_and_when
        CHECK (num_nulls(acknowledged_by, acknowledged_at) IN (0, 2)),
    CONSTRAINT alert_handling_noted_by_whom_and_when
        CHECK (num_nulls(note, noted_by, noted_at) IN (0, 3))
);

CREATE INDEX alert_handling_by_change ON alert_handling (changed_at);

-- What somebody proposed to do about it: goods from another location, or an order. A movement
-- that carries it out names the proposal's id as its reference.
CREATE TABLE restock_proposals (
    proposal_id text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    kind text NOT NULL CHECK (kind IN ('transfer', 'order')),
    location_id text NOT NULL,
    sku text NOT NULL,
    raised_at timestamptz NOT NULL,
    from_location_id text CHECK (from_location_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    quantity bigint NOT NULL CHECK (quantity BETWEEN 1 AND 9007199254740991),
    reason text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 1024),
    state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'accepted', 'withdrawn')),
    proposed_by text NOT NULL CHECK (char_length(proposed_by) BETWEEN 1 AND 128),
    proposed_at timestamptz NOT NULL DEFAULT now(),
    decided_by text CHECK (char_length(decided_by) BETWEEN 1 AND 128),
    decided_at timestamptz,
    version bigint NOT NULL DEFAULT 1,
    FOREIGN KEY (location_id, sku, raised_at) REFERENCES alert_handling,
    CONSTRAINT restock_proposals_transfer_from_elsewhere
        CHECK ((kind = 'transfer') = (from_location_id IS NOT NULL)
            AND from_location_id IS DISTINCT FROM location_id),
    CONSTRAINT restock_proposals_decided_by_whom_and_when
        CHECK (num_nulls(decided_by, decided_at) = CASE state WHEN 'proposed' THEN 2 ELSE 0 END)
);

-- Two that are open at a time would be two answers to one question.
CREATE UNIQUE INDEX restock_proposals_one_is_open
    ON restock_proposals (location_id, sku, raised_at) WHERE state = 'proposed';
CREATE INDEX restock_proposals_by_alert ON restock_proposals (location_id, sku, raised_at);
CREATE INDEX restock_proposals_promised ON restock_proposals (sku, from_location_id)
    WHERE kind = 'transfer' AND state <> 'withdrawn';

-- A version that is skipped or repeated would let one person's change undo another's unseen.
CREATE FUNCTION guard_alert_handling() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.location_id, NEW.sku, NEW.raised_at) <> (OLD.location_id, OLD.sku, OLD.raised_at) THEN
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

CREATE TRIGGER alert_handling_guard BEFORE UPDATE ON alert_handling
    FOR EACH ROW EXECUTE FUNCTION guard_alert_handling();
ALTER TABLE alert_handling ENABLE ALWAYS TRIGGER alert_handling_guard;

-- What was decided stays decided, and a proposal stays the one that was made.
CREATE FUNCTION guard_restock_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
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

CREATE TRIGGER restock_proposals_guard BEFORE UPDATE ON restock_proposals
    FOR EACH ROW EXECUTE FUNCTION guard_restock_proposal();
ALTER TABLE restock_proposals ENABLE ALWAYS TRIGGER restock_proposals_guard;

CREATE FUNCTION refuse_to_forget_handling() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps what was done: % is refused', TG_TABLE_NAME, lower(TG_OP)
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER alert_handling_is_kept BEFORE DELETE OR TRUNCATE ON alert_handling
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget_handling();
ALTER TABLE alert_handling ENABLE ALWAYS TRIGGER alert_handling_is_kept;
CREATE TRIGGER restock_proposals_are_kept BEFORE DELETE OR TRUNCATE ON restock_proposals
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget_handling();
ALTER TABLE restock_proposals ENABLE ALWAYS TRIGGER restock_proposals_are_kept;

-- Boards listen, so that everybody who looks at the alert sees it, whichever board they use.
CREATE FUNCTION tell_of_handling() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('tillstream_handling', concat_ws('/', NEW.location_id, NEW.sku,
        to_char(NEW.raised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US+00:00')));
    RETURN NULL;
END $$;

CREATE TRIGGER alert_handling_told AFTER INSERT OR UPDATE ON alert_handling
    FOR EACH ROW EXECUTE FUNCTION tell_of_handling();
ALTER TABLE alert_handling ENABLE ALWAYS TRIGGER alert_handling_told;
CREATE TRIGGER restock_proposals_told AFTER INSERT OR UPDATE ON restock_proposals
    FOR EACH ROW EXECUTE FUNCTION tell_of_handling();
ALTER TABLE restock_proposals ENABLE ALWAYS TRIGGER restock_proposals_told;

-- Published as the business tables are: whoever carries out a proposal reads the topic.
ALTER TABLE alert_handling REPLICA IDENTITY FULL;
ALTER TABLE restock_proposals REPLICA IDENTITY FULL;
GRANT SELECT ON alert_handling, restock_proposals TO tillstream_cdc;
ALTER PUBLICATION tillstream ADD TABLE alert_handling, restock_proposals;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
