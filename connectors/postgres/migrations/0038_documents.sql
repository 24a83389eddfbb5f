-- migrate:up

-- Locations that have a store of their own, with a database in it. `here` is true in that very
-- database: then it books for that location, and for no other.
CREATE TABLE stores (
    location_id text PRIMARY KEY CHECK (location_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    here boolean NOT NULL DEFAULT false,
    added_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX stores_of_this_database ON stores (here) WHERE here;

-- Whether this database books what moves at a place. One that has a store books there only.
CREATE FUNCTION books_here(place text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM stores WHERE here)
        THEN EXISTS (SELECT FROM stores WHERE here AND location_id = place)
        ELSE NOT EXISTS (SELECT FROM stores WHERE location_id = place)
    END
$$;

CREATE FUNCTION book_where_it_belongs() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT books_here(NEW.location_id) THEN
        RAISE EXCEPTION 'movements of % are not booked in this database', NEW.location_id
            USING ERRCODE = 'restrict_violation',
                  HINT = 'Book in the store of the location, or send it a document.';
    END IF;
    RETURN NEW;
END $$;

-- Before the one that numbers: what is refused must use up no number.
CREATE TRIGGER stock_movements_belong BEFORE INSERT ON stock_movements
    FOR EACH ROW EXECUTE FUNCTION book_where_it_belongs();

-- What people want to be moved, counted or set right at a location, and how far that is. A transfer
-- is two rows of one id: what one location sends, and what the other takes in; each is booked by
-- whoever books for it. `lines` is what is wanted: [{"sku", "quantity"}].
CREATE TABLE documents (
    document_id text NOT NULL CHECK (document_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    location_id text NOT NULL CHECK (location_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    kind text NOT NULL CHECK (kind IN (
        'order', 'delivery', 'transfer_out', 'transfer_in', 'count', 'adjustment', 'vendor_return'
    )),
    other_location_id text CHECK (other_location_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    supplier text CHECK (supplier ~ '\S' AND char_length(supplier) <= 128),
    why text CHECK (char_length(why) BETWEEN 1 AND 64),
    note text CHECK (note ~ '\S' AND char_length(note) <= 1024),
    lines jsonb NOT NULL
        CHECK (jsonb_typeof(lines) = 'array' AND octet_length(lines::text) <= 786432),
    rounds smallint NOT NULL DEFAULT 1 CHECK (rounds BETWEEN 1 AND 2),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'booked', 'closed')),
    counted_at timestamptz,
    marks jsonb,
    settled_at timestamptz,
    digest text NOT NULL DEFAULT '' CHECK (char_length(digest) <= 64),
    ordered_by text NOT NULL CHECK (char_length(ordered_by) BETWEEN 1 AND 128),
    ordered_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (document_id, location_id),
    CONSTRAINT documents_of_transfers_name_two_locations CHECK (
        (kind IN ('transfer_out', 'transfer_in')) = (other_location_id IS NOT NULL)
        AND other_location_id IS DISTINCT FROM location_id
    ),
    CONSTRAINT documents_of_counts_have_their_moment
        CHECK (num_nulls(counted_at, marks) IN (0, 2) AND (kind = 'count' OR counted_at IS NULL))
);
CREATE INDEX documents_open ON documents (location_id, ordered_at) WHERE state = 'open';
CREATE INDEX documents_by_time ON documents (ordered_at, document_id, location_id);
CREATE INDEX documents_unsettled ON documents (counted_at)
    WHERE kind = 'count' AND state = 'booked' AND settled_at IS NULL;

-- What was done with a document, under the id that whoever did it gave: said again, it is known.
-- Movements are written in the same transaction, under the same id.
CREATE TABLE document_bookings (
    booking_id text PRIMARY KEY CHECK (booking_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    document_id text NOT NULL,
    location_id text NOT NULL,
    act text NOT NULL CHECK (act IN (
        'receive', 'send', 'take_in', 'begin', 'count', 'commit', 'settle', 'book', 'close'
    )),
    lines jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(lines) = 'array'),
    differences jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(differences) = 'array'),
    digest text NOT NULL CHECK (char_length(digest) <= 64),
    booked_by text NOT NULL CHECK (char_length(booked_by) BETWEEN 1 AND 128),
    booked_at timestamptz NOT NULL DEFAULT now(),
    step bigint GENERATED ALWAYS AS IDENTITY,
    FOREIGN KEY (document_id, location_id) REFERENCES documents
);
CREATE INDEX document_bookings_by_document ON document_bookings (document_id, location_id, step);

CREATE FUNCTION guard_document() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    may_change text[] := ARRAY['state', 'counted_at', 'marks', 'settled_at', 'version'];
BEGIN
    IF (to_jsonb(NEW) - may_change) <> (to_jsonb(OLD) - may_change) THEN
        RAISE EXCEPTION 'a document stays what was wanted'
            USING ERRCODE = 'restrict_violation', HINT = 'Close it and make another.';
    END IF;
    IF NEW.version <> OLD.version + 1 THEN
        RAISE EXCEPTION 'version of a document goes from % to %, not to %',
                OLD.version, OLD.version + 1, NEW.version
            USING ERRCODE = 'restrict_violation', HINT = 'Read the row, and change that.';
    END IF;
    IF OLD.state <> 'open' AND NEW.state <> OLD.state
        OR OLD.counted_at IS NOT NULL
            AND (NEW.counted_at, NEW.marks) IS DISTINCT FROM (OLD.counted_at, OLD.marks)
    THEN
        RAISE EXCEPTION 'what was booked or closed stays so, and the moment of a count its moment'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER documents_guard BEFORE UPDATE ON documents
    FOR EACH ROW EXECUTE FUNCTION guard_document();
CREATE TRIGGER documents_are_kept BEFORE DELETE OR TRUNCATE ON documents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget_handling();
CREATE TRIGGER document_bookings_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON document_bookings
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget_handling();
ALTER TABLE documents ENABLE ALWAYS TRIGGER documents_guard;
ALTER TABLE documents ENABLE ALWAYS TRIGGER documents_are_kept;
ALTER TABLE document_bookings ENABLE ALWAYS TRIGGER document_bookings_are_kept;

-- In the store: what the centre asks for no more, and nobody here has begun, is closed.
CREATE FUNCTION take_back_document(taken_back text, place text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    UPDATE documents AS held SET state = 'closed', version = held.version + 1
    WHERE document_id = taken_back AND location_id = place AND state = 'open'
        AND NOT EXISTS (
            SELECT FROM document_bookings AS done
            WHERE done.document_id = held.document_id AND done.location_id = held.location_id
        )
$$;

-- In the store: takes a row of `documents` that came down from the centre, once, however often it
-- comes; whether it was new. A correction that the centre has ordered is booked as it comes, under
-- the document's id, for nobody has to lift a hand for it; all else waits for who carries it out.
CREATE FUNCTION take_document(told jsonb) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    given documents := jsonb_populate_record(NULL::documents, told - ARRAY['marks', 'counted_at']);
    is_new boolean;
BEGIN
    -- Change data capture tells columns of JSON as texts that hold JSON.
    IF jsonb_typeof(given.lines) = 'string' THEN
        given.lines := (given.lines #>> '{}')::jsonb;
    END IF;
    -- A store that was replaced by an empty one hears again of what it had booked: not to be booked
    -- anew.
    INSERT INTO documents (
        document_id, location_id, kind, other_location_id, supplier, why, note, lines, rounds,
        state, digest, ordered_by, ordered_at
    ) VALUES (
        given.document_id, given.location_id, given.kind, given.other_location_id, given.supplier,
        given.why, given.note, given.lines, coalesce(given.rounds, 1),
        CASE WHEN given.state = 'open' THEN 'open' ELSE 'closed' END, coalesce(given.digest, ''),
        given.ordered_by, given.ordered_at
    )
    ON CONFLICT DO NOTHING;
    is_new := FOUND;
    IF given.state = 'closed' THEN
        PERFORM take_back_document(given.document_id, given.location_id);
        RETURN is_new;
    END IF;
    IF is_new AND given.state = 'open' AND given.kind = 'adjustment' AND books_here(given.location_id) THEN
        INSERT INTO document_bookings (booking_id, document_id, location_id, act, lines, digest,
            booked_by)
        VALUES (given.document_id, given.document_id, given.location_id, 'book', given.lines,
            coalesce(given.digest, ''), given.ordered_by);
        INSERT INTO stock_movements (
            movement_id, location_id, sku, quantity, reason, reference
        )
        SELECT given.document_id, given.location_id, line.sku, line.quantity,
            CASE WHEN given.why IN ('found', 'correction') THEN 'adjustment' ELSE 'shrinkage' END,
            given.document_id
        FROM jsonb_to_recordset(given.lines) AS line (sku text, quantity bigint);
        UPDATE documents SET state = 'booked', version = version + 1
        WHERE document_id = given.document_id AND location_id = given.location_id;
    END IF;
    RETURN is_new;
END $$;

-- What was booked under a document's id. Of sales the reference is the receipt, for which nobody
-- asks here.
CREATE INDEX stock_ledger_by_reference ON stock_ledger (reference, sku)
    WHERE movement_id IS NOT NULL AND reference IS NOT NULL;

-- A scanner says a GTIN with or without the zeros that make it longer.
CREATE INDEX products_by_gtin ON products (ltrim(gtin, '0')) WHERE gtin IS NOT NULL;

-- A machine that books has a token that says so.
ALTER TABLE api_tokens DROP CONSTRAINT api_tokens_role_check;
ALTER TABLE api_tokens ADD CONSTRAINT api_tokens_role_check
    CHECK (role IN ('viewer', 'merchandiser'));

REVOKE EXECUTE ON FUNCTION
    books_here, book_where_it_belongs, guard_document, take_document, take_back_document
FROM PUBLIC;

ALTER TABLE documents REPLICA IDENTITY FULL;
GRANT SELECT ON documents TO tillstream_cdc;
ALTER PUBLICATION tillstream ADD TABLE documents;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
