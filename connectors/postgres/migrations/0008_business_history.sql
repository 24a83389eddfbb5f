-- migrate:up

-- The history of products, locations and assortment: each change, by whatever program, becomes
-- an entry of the audit log in the same transaction. Once for a statement and not for a row, as
-- a company's whole catalogue comes in one. The functions run as their owner: who may write a
-- product need not be given the log. session_user stays who they really are.

CREATE FUNCTION audit_created_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_log (action, subject, after)
    SELECT TG_TABLE_NAME || '.create',
        concat_ws('/', TG_TABLE_NAME, n.row->>'location_id', n.row->>'sku'), n.row
    FROM (SELECT to_jsonb(t) AS row FROM new_rows AS t) AS n;
    RETURN NULL;
END $$;

CREATE FUNCTION audit_deleted_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_log (action, subject, before)
    SELECT TG_TABLE_NAME || '.delete',
        concat_ws('/', TG_TABLE_NAME, o.row->>'location_id', o.row->>'sku'), o.row
    FROM (SELECT to_jsonb(t) AS row FROM old_rows AS t) AS o;
    RETURN NULL;
END $$;

-- A row whose key is another now is one that went and one that came.
CREATE FUNCTION audit_changed_rows() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_log (action, subject, before, after)
    SELECT
        TG_TABLE_NAME || CASE
            WHEN o.row IS NULL THEN '.create' WHEN n.row IS NULL THEN '.delete' ELSE '.change'
        END,
        TG_TABLE_NAME || '/' || key, o.row, n.row
    FROM (
        SELECT to_jsonb(t) AS row,
            concat_ws('/', to_jsonb(t)->>'location_id', to_jsonb(t)->>'sku') AS key
        FROM old_rows AS t
    ) AS o
    FULL JOIN (
        SELECT to_jsonb(t) AS row,
            concat_ws('/', to_jsonb(t)->>'location_id', to_jsonb(t)->>'sku') AS key
        FROM new_rows AS t
    ) AS n USING (key)
    WHERE o.row IS DISTINCT FROM n.row;
    RETURN NULL;
END $$;

DO $$
DECLARE
    business text;
BEGIN
    FOREACH business IN ARRAY ARRAY['products', 'locations', 'assortment'] LOOP
        EXECUTE format('CREATE TRIGGER %1$s_audit_insert AFTER INSERT ON %1$I '
            'REFERENCING NEW TABLE AS new_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION audit_created_rows()', business);
        EXECUTE format('CREATE TRIGGER %1$s_audit_update AFTER UPDATE ON %1$I '
            'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION audit_changed_rows()', business);
        EXECUTE format('CREATE TRIGGER %1$s_audit_delete AFTER DELETE ON %1$I '
            'REFERENCING OLD TABLE AS old_rows '
            'FOR EACH STATEMENT EXECUTE FUNCTION audit_deleted_rows()', business);
        EXECUTE format('ALTER TABLE %1$I ENABLE ALWAYS TRIGGER %1$s_audit_insert', business);
        EXECUTE format('ALTER TABLE %1$I ENABLE ALWAYS TRIGGER %1$s_audit_update', business);
        EXECUTE format('ALTER TABLE %1$I ENABLE ALWAYS TRIGGER %1$s_audit_delete', business);
    END LOOP;
END $$;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
