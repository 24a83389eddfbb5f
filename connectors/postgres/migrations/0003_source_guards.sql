-- migrate:up

-- What a CHECK cannot say. Triggers are ENABLE ALWAYS, so that a bulk load in replica mode
-- does not slip past them.

CREATE FUNCTION refuse_change_of_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'stock_movements is append-only: % is refused', lower(TG_OP)
        USING ERRCODE = 'restrict_violation',
              HINT = 'Book a correction as a new movement with the opposite quantity.';
END $$;

CREATE TRIGGER stock_movements_append_only
    BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_movements
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_movement();
ALTER TABLE stock_movements ENABLE ALWAYS TRIGGER stock_movements_append_only;

-- A truncate names no rows, so no reader downstream could forget them.
CREATE FUNCTION refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'truncate of % is refused: readers would keep the rows', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', HINT = 'Use DELETE.';
END $$;

CREATE TRIGGER products_no_truncate BEFORE TRUNCATE ON products
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
ALTER TABLE products ENABLE ALWAYS TRIGGER products_no_truncate;

CREATE TRIGGER locations_no_truncate BEFORE TRUNCATE ON locations
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
ALTER TABLE locations ENABLE ALWAYS TRIGGER locations_no_truncate;

CREATE TRIGGER assortment_no_truncate BEFORE TRUNCATE ON assortment
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncate();
ALTER TABLE assortment ENABLE ALWAYS TRIGGER assortment_no_truncate;

-- Messages of the assortment are keyed by location alone: a changed sku would arrive as a new
-- policy, and nothing would say that the old one is gone.
CREATE FUNCTION refuse_change_of_assortment_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the key of an assortment row (%, %) cannot change',
            OLD.location_id, OLD.sku
        USING ERRCODE = 'restrict_violation', HINT = 'Delete the row and insert another.';
END $$;

CREATE TRIGGER assortment_key_is_fixed
    BEFORE UPDATE ON assortment
    FOR EACH ROW
    WHEN (OLD.location_id <> NEW.location_id OR OLD.sku <> NEW.sku)
    EXECUTE FUNCTION refuse_change_of_assortment_key();
ALTER TABLE assortment ENABLE ALWAYS TRIGGER assortment_key_is_fixed;

-- Reading pg_timezone_names parses every zone file, some tens of milliseconds: a name that
-- another location already has is known to be good.
CREATE INDEX locations_by_time_zone ON locations (time_zone);

CREATE FUNCTION require_time_zone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.time_zone = 'UTC'
        OR EXISTS (SELECT FROM locations WHERE time_zone = NEW.time_zone)
        OR EXISTS (SELECT FROM pg_timezone_names WHERE name = NEW.time_zone)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'time zone % of location % is not known', NEW.time_zone, NEW.location_id
        USING ERRCODE = 'check_violation', HINT = 'Use an IANA name such as Europe/Berlin.';
END $$;

CREATE TRIGGER locations_time_zone
    BEFORE INSERT OR UPDATE OF time_zone ON locations
    FOR EACH ROW EXECUTE FUNCTION require_time_zone();
ALTER TABLE locations ENABLE ALWAYS TRIGGER locations_time_zone;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
