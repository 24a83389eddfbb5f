-- migrate:up

-- People, as a stolen disk may show them: card ids under a key, PINs slowly hashed together with
-- their card, names and contacts sealed under a key of that person's own (`sealing`).

CREATE TABLE employees (
    employee_id text PRIMARY KEY
        CHECK (employee_id ~ '^[A-Za-z0-9._-]{1,64}$' AND employee_id !~ '^\.+$'),
    -- HMAC-SHA-256 in hex. What is none would be a card id for everybody to read.
    card_hash text NOT NULL UNIQUE CHECK (card_hash ~ '^[0-9a-f]{64}$'),
    pin_hash text NOT NULL CHECK (pin_hash ~ '^scrypt\$[0-9$A-Za-z+/=]{16,200}$'),
    role text NOT NULL CHECK (role ~ '^[a-z][a-z_-]{0,31}$'),
    limits jsonb NOT NULL DEFAULT '{}'
        CHECK (jsonb_typeof(limits) = 'object' AND octet_length(limits::text) <= 4096),
    locations text[] NOT NULL DEFAULT '{}'
        CHECK (array_position(locations, NULL) IS NULL AND cardinality(locations) <= 10000),
    active boolean NOT NULL DEFAULT true
);

CREATE TABLE customers (
    customer_id text PRIMARY KEY
        DEFAULT 'c-' || replace(gen_random_uuid()::text, '-', '')
        CHECK (customer_id ~ '^[A-Za-z0-9._-]{1,64}$' AND customer_id !~ '^\.+$'),
    card_hash text UNIQUE CHECK (card_hash ~ '^[0-9a-f]{64}$'),
    -- Each field's box in base64, whose first byte is the version 1. Nothing else is let in.
    sealed jsonb NOT NULL DEFAULT '{}' CHECK (
        jsonb_typeof(sealed) = 'object'
        AND octet_length(sealed::text) <= 65536
        AND NOT sealed @? '$.* ? (@.type() != "string" || !(@ like_regex "^A[Q-Za-f][A-Za-z0-9+/]{37,}={0,2}$"))'
    ),
    consents jsonb NOT NULL DEFAULT '{}'
        CHECK (jsonb_typeof(consents) = 'object' AND octet_length(consents::text) <= 4096)
);

-- Each customer's own key, wrapped by a key that is in no database. To delete it is to erase the
-- person wherever copies of the sealed fields lie. Never published, never audited.
CREATE TABLE customer_keys (
    customer_id text PRIMARY KEY,
    wrapped bytea NOT NULL CHECK (octet_length(wrapped) BETWEEN 32 AND 4096),
    key_id text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);

-- That somebody was erased: an id that leads to nobody, when, and by whom.
CREATE TABLE customer_erasures (
    customer_id text PRIMARY KEY,
    erased_at timestamptz NOT NULL DEFAULT now(),
    erased_by text NOT NULL,
    fields text[] NOT NULL
);

-- An employee's card id, wrapped: when a store's key is renewed, its list is hashed anew.
CREATE TABLE employee_cards (
    employee_id text PRIMARY KEY REFERENCES employees ON DELETE CASCADE,
    wrapped bytea NOT NULL CHECK (octet_length(wrapped) BETWEEN 32 AND 4096),
    key_id text NOT NULL
);

-- Keys of card hashes: the fleet's own, of the hashes above, and one for each store's list. The
-- highest version counts. A version without a key was asked for; who holds the wrapping key makes it.
CREATE TABLE card_keys (
    scope text NOT NULL CHECK (scope ~ '^(fleet|store/[A-Za-z0-9._-]{1,64})$'),
    version integer NOT NULL CHECK (version >= 1),
    wrapped bytea CHECK (octet_length(wrapped) BETWEEN 32 AND 4096),
    key_id text,
    reason text NOT NULL CHECK (char_length(reason) <= 1024),
    asked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, version),
    CONSTRAINT card_keys_whole_or_asked CHECK ((wrapped IS NULL) = (key_id IS NULL))
);

-- A till was revoked: whoever has it has its store's key too. Asked for again before the key was
-- made, it is the same version. Needs no wrapping key, so that the registration may call it.
CREATE FUNCTION renew_card_key(location text, why text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    wanted text := 'store/' || location;
    newest card_keys;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('card_keys/' || wanted, 0));
    SELECT * INTO newest FROM card_keys WHERE scope = wanted ORDER BY version DESC LIMIT 1;
    IF newest.version IS NOT NULL AND newest.wrapped IS NULL THEN
        RETURN newest.version;
    END IF;
    INSERT INTO card_keys (scope, version, reason)
    VALUES (wanted, coalesce(newest.version, 0) + 1, why);
    RETURN coalesce(newest.version, 0) + 1;
END $$;
REVOKE EXECUTE ON FUNCTION renew_card_key FROM PUBLIC;

-- A key that was given out is never another one, and an old version opens what an old list says.
CREATE FUNCTION guard_card_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.wrapped IS NOT NULL
        OR (to_jsonb(NEW) - ARRAY['wrapped', 'key_id']) <> (to_jsonb(OLD) - ARRAY['wrapped', 'key_id'])
    THEN
        RAISE EXCEPTION 'version % of the key of % stays what it is', OLD.version, OLD.scope
            USING ERRCODE = 'restrict_violation', HINT = 'Ask for another: renew_card_key.';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER card_keys_guard BEFORE UPDATE ON card_keys
    FOR EACH ROW EXECUTE FUNCTION guard_card_key();
ALTER TABLE card_keys ENABLE ALWAYS TRIGGER card_keys_guard;

CREATE FUNCTION refuse_change_of_proof() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept: % is refused', TG_TABLE_NAME, lower(TG_OP)
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER customer_erasures_are_kept
    BEFORE UPDATE OR DELETE OR TRUNCATE ON customer_erasures
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_proof();
ALTER TABLE customer_erasures ENABLE ALWAYS TRIGGER customer_erasures_are_kept;
CREATE TRIGGER card_keys_are_kept BEFORE DELETE OR TRUNCATE ON card_keys
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_proof();
ALTER TABLE card_keys ENABLE ALWAYS TRIGGER card_keys_are_kept;

-- Who was erased does not come back under the id: an old row that is written again, as from a
-- backup, would lead to the person once more. Who is there is erased, and not merely deleted.
CREATE FUNCTION guard_customer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF EXISTS (SELECT FROM customer_keys WHERE customer_id = OLD.customer_id) THEN
            RAISE EXCEPTION 'customer % has a key: the sealed fields could still be read',
                    OLD.customer_id
                USING ERRCODE = 'restrict_violation', HINT = 'Use tillstream customers erase.';
        END IF;
        RETURN OLD;
    END IF;
    IF EXISTS (SELECT FROM customer_erasures WHERE customer_id = NEW.customer_id) THEN
        RAISE EXCEPTION 'customer % was erased', NEW.customer_id
            USING ERRCODE = 'restrict_violation', HINT = 'Add the person anew, under another id.';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.customer_id <> OLD.customer_id THEN
        RAISE EXCEPTION 'customer % keeps that id: its fields are sealed for it', OLD.customer_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER customers_guard BEFORE INSERT OR UPDATE OR DELETE ON customers
    FOR EACH ROW EXECUTE FUNCTION guard_customer();
ALTER TABLE customers ENABLE ALWAYS TRIGGER customers_guard;
CREATE TRIGGER customer_keys_guard BEFORE INSERT ON customer_keys
    FOR EACH ROW EXECUTE FUNCTION guard_customer();
ALTER TABLE customer_keys ENABLE ALWAYS TRIGGER customer_keys_guard;

CREATE TRIGGER employees_no_truncate BEFORE TRUNCATE ON employees
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
ALTER TABLE employees ENABLE ALWAYS TRIGGER employees_no_truncate;
CREATE TRIGGER customers_no_truncate BEFORE TRUNCATE ON customers
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
ALTER TABLE customers ENABLE ALWAYS TRIGGER customers_no_truncate;

-- Who changed whom. The log lasts longer than a person: it has no hash and nothing sealed, and says
-- of those only that they changed.
CREATE FUNCTION audit_person() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    hidden text[] := ARRAY['card_hash', 'pin_hash', 'sealed'];
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    person text := coalesce(after, before) ->> (TG_ARGV[0]);
    changed jsonb;
BEGIN
    SELECT coalesce(jsonb_agg(name), '[]') INTO changed
    FROM unnest(hidden) AS name WHERE before -> name IS DISTINCT FROM after -> name;
    INSERT INTO audit_log (action, subject, before, after)
    VALUES (
        TG_TABLE_NAME || CASE TG_OP
            WHEN 'INSERT' THEN '.create' WHEN 'DELETE' THEN '.delete' ELSE '.change'
        END,
        TG_TABLE_NAME || '/' || person,
        before - hidden,
        CASE WHEN TG_OP = 'UPDATE'
            THEN (after - hidden) || jsonb_build_object('hidden_changed', changed)
            ELSE after - hidden
        END
    );
    RETURN NULL;
END $$;

CREATE TRIGGER employees_audit AFTER INSERT OR UPDATE OR DELETE ON employees
    FOR EACH ROW EXECUTE FUNCTION audit_person('employee_id');
ALTER TABLE employees ENABLE ALWAYS TRIGGER employees_audit;
CREATE TRIGGER customers_audit AFTER INSERT OR UPDATE OR DELETE ON customers
    FOR EACH ROW EXECUTE FUNCTION audit_person('customer_id');
ALTER TABLE customers ENABLE ALWAYS TRIGGER customers_audit;

-- As before, and of people's rows, too, only the rows themselves tell.
CREATE OR REPLACE FUNCTION record_in_audit_log(
    action text, subject text, before jsonb, after jsonb,
    for_whom text DEFAULT NULL, from_where text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF split_part(action, '.', 1) IN (
        'products', 'locations', 'assortment', 'alert_handling', 'employees', 'customers'
    ) THEN
        RAISE EXCEPTION 'entries of % are written with the rows they tell of', action
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO audit_log (who, address, action, subject, before, after)
    VALUES (
        coalesce(for_whom, nullif(current_setting('tillstream.who', true), ''),
            'database role ' || session_user),
        coalesce(from_where, nullif(current_setting('tillstream.address', true), '')),
        action, subject, before, after
    );
END $$;

-- Published as the business tables are; keys and wrapped cards are not.
ALTER TABLE employees REPLICA IDENTITY FULL;
ALTER TABLE customers REPLICA IDENTITY FULL;
GRANT SELECT ON employees, customers TO tillstream_cdc;
ALTER PUBLICATION tillstream ADD TABLE employees, customers;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
