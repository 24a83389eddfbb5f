-- migrate:up

-- Each process comes under a role of its own (`connectors.postgres.access` says which may do what, and
-- `tillstream migrate` gives it to them). What they share, the database itself keeps honest.

-- Where the webhooks stand is theirs again: a table has one role that writes it. What sink_offsets
-- says of them stays, so that the version before can be put back.
ALTER TABLE webhook_offsets ADD COLUMN consumer text NOT NULL DEFAULT 'webhooks';
INSERT INTO webhook_offsets (topic, partition, next_offset)
SELECT topic, partition, next_offset FROM sink_offsets WHERE consumer = 'webhooks'
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset;

-- As which role an entry was written, and how that one had shown who it is (as
-- cert:CN=board,OU=service,O=tillstream); null in entries from before, and where nothing was asked.
ALTER TABLE audit_log ADD COLUMN database_role text, ADD COLUMN shown_by text;

-- Nobody writes the audit log himself: triggers do, and the function below. The server says when and
-- through whom. Only the board speaks for people; who else names somebody is named as well.
CREATE FUNCTION stamp_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner name := (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID);
    own_words text := 'database role ' || session_user;
BEGIN
    NEW.happened_at := clock_timestamp();
    NEW.database_role := session_user;
    IF current_setting('server_version_num')::int >= 160000 THEN
        EXECUTE 'SELECT system_user' INTO NEW.shown_by;  -- older servers cannot say it
    END IF;
    IF session_user NOT IN (owner, 'tillstream_board') THEN
        NEW.address := coalesce(NEW.address, host(inet_client_addr()));
    END IF;
    IF NEW.who <> own_words
        AND (session_user NOT IN (owner, 'tillstream_board') OR NEW.who LIKE 'database role %')
    THEN
        NEW.who := own_words || ' for ' || NEW.who;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER audit_log_stamp
    BEFORE INSERT ON audit_log
    FOR EACH ROW EXECUTE FUNCTION stamp_audit_entry();
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_stamp;

-- For what no trigger sees, such as a sign-in. Changes of rows are written with the rows themselves:
-- nobody can claim one that was not made.
CREATE FUNCTION record_in_audit_log(
    action text, subject text, before jsonb, after jsonb,
    for_whom text DEFAULT NULL, from_where text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF split_part(action, '.', 1) IN ('products', 'locations', 'assortment', 'alert_handling') THEN
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

-- A function runs for everybody unless that is taken back.
REVOKE EXECUTE ON FUNCTION
    record_in_audit_log, stamp_audit_entry, refuse_change_of_audit_log, audit_created_rows,
    audit_deleted_rows, audit_changed_rows, refuse_change_of_movement, refuse_truncate,
    refuse_change_of_assortment_key, require_time_zone, movement_origin, number_movement,
    number_apart, guard_alert_handling, guard_restock_proposal, refuse_to_forget_handling,
    tell_of_handling, move_handling, carry_handling, guard_device, guard_device_list,
    guard_device_certificate, guard_device_voucher, refuse_to_forget_device
FROM PUBLIC;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
