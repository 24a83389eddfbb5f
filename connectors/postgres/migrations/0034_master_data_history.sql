-- migrate:up

-- What an entry of the log is about: the columns that the trigger names, or those of before.
CREATE FUNCTION audited_key(written jsonb, named text[]) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT string_agg(written ->> part, '/' ORDER BY at)
    FROM unnest(coalesce(named, ARRAY['location_id', 'sku'])) WITH ORDINALITY AS parts (part, at)
$$;

CREATE OR REPLACE FUNCTION audit_created_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_log (action, subject, after)
    SELECT TG_TABLE_NAME || '.create', TG_TABLE_NAME || '/' || audited_key(n.row, TG_ARGV), n.row
    FROM (SELECT to_jsonb(t) AS row FROM new_rows AS t) AS n;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_deleted_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_log (action, subject, before)
    SELECT TG_TABLE_NAME || '.delete', TG_TABLE_NAME || '/' || audited_key(o.row, TG_ARGV), o.row
    FROM (SELECT to_jsonb(t) AS row FROM old_rows AS t) AS o;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_changed_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_log (action, subject, before, after)
    SELECT
        TG_TABLE_NAME || CASE
            WHEN o.row IS NULL THEN '.create' WHEN n.row IS NULL THEN '.delete' ELSE '.change'
        END,
        TG_TABLE_NAME || '/' || key, o.row, n.row
    FROM (
        SELECT to_jsonb(t) AS row, audited_key(to_jsonb(t), TG_ARGV) AS key FROM old_rows AS t
    ) AS o
    FULL JOIN (
        SELECT to_jsonb(t) AS row, audited_key(to_jsonb(t), TG_ARGV) AS key FROM new_rows AS t
    ) AS n USING (key)
    WHERE o.row IS DISTINCT FROM n.row;
    RETURN NULL;
END $$;

-- As products and locations are: audited, published, and never truncated.
DO $$
DECLARE
    business text;
    key text;
BEGIN
    FOR business, key IN VALUES
        ('prices', '''price_id'''), ('offers', '''offer_id'''), ('recalls', '''recall_id'''),
        ('rule_tables', '''table_name'', ''version'''), ('business_limits', '''name''')
    LOOP
        EXECUTE format('CREATE TRIGGER %1$s_audit_insert AFTER INSERT ON %1$I '
            'REFERENCING NEW TABLE AS new_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION audit_created_rows(%2$s)', business, key);
        EXECUTE format('CREATE TRIGGER %1$s_audit_update AFTER UPDATE ON %1$I '
            'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION audit_changed_rows(%2$s)', business, key);
        EXECUTE format('CREATE TRIGGER %1$s_audit_delete AFTER DELETE ON %1$I '
            'REFERENCING OLD TABLE AS old_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION audit_deleted_rows(%2$s)', business, key);
        EXECUTE format('CREATE TRIGGER %1$s_no_truncate BEFORE TRUNCATE ON %1$I '
            'FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate()', business);
        EXECUTE format('ALTER TABLE %1$I ENABLE ALWAYS TRIGGER %1$s_audit_insert', business);
        EXECUTE format('ALTER TABLE %1$I ENABLE ALWAYS TRIGGER %1$s_audit_update', business);
        EXECUTE format('ALTER TABLE %1$I ENABLE ALWAYS TRIGGER %1$s_audit_delete', business);
        EXECUTE format('ALTER TABLE %1$I ENABLE ALWAYS TRIGGER %1$s_no_truncate', business);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION record_in_audit_log(
    action text, subject text, before jsonb, after jsonb,
    for_whom text DEFAULT NULL, from_where text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF split_part(action, '.', 1) IN (
        'products', 'locations', 'assortment', 'alert_handling', 'employees', 'customers',
        'prices', 'offers', 'recalls', 'rule_tables', 'business_limits'
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

ALTER TABLE prices REPLICA IDENTITY FULL;
ALTER TABLE offers REPLICA IDENTITY FULL;
ALTER TABLE recalls REPLICA IDENTITY FULL;
ALTER TABLE rule_tables REPLICA IDENTITY FULL;
GRANT SELECT ON prices, offers, recalls, rule_tables TO tillstream_cdc;
ALTER PUBLICATION tillstream ADD TABLE prices, offers, recalls, rule_tables;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
