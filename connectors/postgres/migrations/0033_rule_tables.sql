-- migrate:up

-- Decision tables, a row for each version (docs/rule-tables.md says how one is read). A version that
-- is there stays what it is: receipts name its rows. At a place, the one counts that began last.
CREATE TABLE rule_tables (
    table_name text NOT NULL CHECK (table_name ~ '^[a-z][a-z0-9-]{0,63}$'),
    version integer NOT NULL CHECK (version >= 1),
    hit_policy text NOT NULL DEFAULT 'unique' CHECK (hit_policy IN ('unique', 'first', 'collect')),
    columns jsonb NOT NULL
        CHECK (jsonb_typeof(columns) = 'array' AND octet_length(columns::text) <= 65536),
    rows jsonb NOT NULL
        CHECK (jsonb_typeof(rows) = 'array' AND octet_length(rows::text) <= 262144),
    tests jsonb NOT NULL DEFAULT '[]'
        CHECK (jsonb_typeof(tests) = 'array' AND octet_length(tests::text) <= 131072),
    -- Empty: everywhere.
    locations text[] NOT NULL DEFAULT '{}'
        CHECK (array_position(locations, NULL) IS NULL AND cardinality(locations) <= 1000),
    valid_from timestamptz NOT NULL DEFAULT now()
        CHECK (valid_from >= '0001-01-02 00:00Z' AND valid_from < '9999-12-31 00:00Z'),
    PRIMARY KEY (table_name, version)
);

-- Whether what a cell may hold is right is for who compiles the table; here it must only be whole:
-- columns have a name, a part and a type, rows a name of their own and a cell for each column.
CREATE FUNCTION require_whole_rule_table() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted integer;
    given record;
    names text[] := '{}';
BEGIN
    IF jsonb_typeof(NEW.columns) <> 'array' OR jsonb_typeof(NEW.rows) <> 'array' THEN
        RETURN NEW;  -- for the constraints, which are looked at afterwards
    END IF;
    wanted := jsonb_array_length(NEW.columns);
    IF wanted = 0 THEN
        RAISE EXCEPTION 'table % has no columns', NEW.table_name USING ERRCODE = 'check_violation';
    END IF;
    FOR given IN SELECT value AS item, ordinality AS at
        FROM jsonb_array_elements(NEW.columns) WITH ORDINALITY
    LOOP
        IF coalesce(given.item ->> 'name', '') !~ '^[a-z][a-z0-9_]{0,63}$'
            OR coalesce(given.item ->> 'part', '') NOT IN ('when', 'then')
            OR coalesce(given.item ->> 'type', '') NOT IN ('integer', 'text', 'flag')
        THEN
            RAISE EXCEPTION 'column % of table % needs a name, a part (when, then) and a type '
                '(integer, text, flag)', given.at, NEW.table_name USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    FOR given IN SELECT value AS item, ordinality AS at
        FROM jsonb_array_elements(NEW.rows) WITH ORDINALITY
    LOOP
        IF coalesce(given.item ->> 'row', '') !~ '^[A-Za-z0-9._-]{1,64}$'
            OR given.item ->> 'row' = ANY (names)
        THEN
            RAISE EXCEPTION 'row % of table % needs a name of its own', given.at, NEW.table_name
                USING ERRCODE = 'check_violation';
        END IF;
        names := names || (given.item ->> 'row');
        IF jsonb_typeof(given.item -> 'cells') IS DISTINCT FROM 'array'
            OR given.item -> 'cells' @? '$[*] ? (@.type() != "string" && @.type() != "null")'
        THEN
            RAISE EXCEPTION 'row % of table % needs cells, each a text or null',
                given.item ->> 'row', NEW.table_name USING ERRCODE = 'check_violation';
        END IF;
        IF jsonb_array_length(given.item -> 'cells') <> wanted THEN
            RAISE EXCEPTION 'row % of table % has % cells for % columns', given.item ->> 'row',
                NEW.table_name, jsonb_array_length(given.item -> 'cells'), wanted
                USING ERRCODE = 'check_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;

CREATE TRIGGER rule_tables_are_whole BEFORE INSERT ON rule_tables
    FOR EACH ROW EXECUTE FUNCTION require_whole_rule_table();
ALTER TABLE rule_tables ENABLE ALWAYS TRIGGER rule_tables_are_whole;

CREATE FUNCTION refuse_change_of_rule_table() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.valid_from > now() THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'version % of table % stays as it is: % is refused',
            OLD.version, OLD.table_name, lower(TG_OP)
        USING ERRCODE = 'restrict_violation',
              HINT = 'Insert the next version; one without rows ends a table.';
END $$;

CREATE TRIGGER rule_tables_stay BEFORE UPDATE OR DELETE ON rule_tables
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_rule_table();
ALTER TABLE rule_tables ENABLE ALWAYS TRIGGER rule_tables_stay;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
