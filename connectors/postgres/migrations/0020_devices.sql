-- migrate:up

-- Tills that may take part, and how far each has come. The registration alone writes these tables.
-- epoch is that of the newest enrolment, 0 before the first; highest_epoch is the greatest that any
-- voucher carries. list_number is that of the location's list of devices at the row's last change.
CREATE TABLE devices (
    location_id text NOT NULL CHECK (location_id ~ '^[A-Za-z0-9._-]{1,64}$' AND location_id !~ '^\.+$'),
    till_id text NOT NULL CHECK (till_id ~ '^[A-Za-z0-9._-]{1,64}$' AND till_id !~ '^\.+$'),
    status text NOT NULL DEFAULT 'registered' CHECK (status IN ('registered', 'active', 'revoked')),
    epoch integer NOT NULL DEFAULT 0 CHECK (epoch >= 0),
    highest_epoch integer NOT NULL CHECK (highest_epoch >= 1 AND highest_epoch >= epoch),
    list_number bigint NOT NULL CHECK (list_number >= 1),
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (location_id, till_id),
    CONSTRAINT devices_active_has_enrolled CHECK (status <> 'active' OR epoch >= 1)
);

-- One row for each location: the number of its list. Who changes a location's devices holds it, so
-- changes of one location come one after another.
CREATE TABLE device_lists (
    location_id text PRIMARY KEY,
    number bigint NOT NULL DEFAULT 1 CHECK (number >= 1)
);

-- What was issued. A certificate stays for good: a list must name what counts no more.
CREATE TABLE device_certificates (
    certificate_sha256 bytea PRIMARY KEY CHECK (octet_length(certificate_sha256) = 32),
    location_id text NOT NULL,
    till_id text NOT NULL,
    epoch integer NOT NULL CHECK (epoch >= 1),
    key_sha256 bytea NOT NULL CHECK (octet_length(key_sha256) = 32),
    serial numeric NOT NULL CHECK (serial > 0),
    certificate text NOT NULL,
    not_after timestamptz NOT NULL,
    issued_at timestamptz NOT NULL,
    revoked_at timestamptz,
    FOREIGN KEY (location_id, till_id) REFERENCES devices
);

CREATE INDEX device_certificates_of_till ON device_certificates (location_id, till_id, epoch);
CREATE INDEX device_certificates_by_key ON device_certificates (key_sha256);
CREATE INDEX device_certificates_revoked ON device_certificates (not_after)
    WHERE revoked_at IS NOT NULL;

-- Vouchers. Who reads this table learns a SHA-256, with which nobody enrols. One that was spent
-- names the certificate that it was spent for: the same key is answered with that again.
CREATE TABLE device_vouchers (
    token_sha256 bytea PRIMARY KEY CHECK (octet_length(token_sha256) = 32),
    location_id text NOT NULL,
    till_id text NOT NULL,
    epoch integer NOT NULL CHECK (epoch >= 1),
    is_spare boolean NOT NULL DEFAULT false,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    cancelled_at timestamptz,
    spent_for bytea UNIQUE REFERENCES device_certificates,
    FOREIGN KEY (location_id, till_id) REFERENCES devices,
    UNIQUE (location_id, till_id, epoch)
);

-- What somebody must look at: two have used one token, or one key. Closed when the till is revoked,
-- or gets another voucher.
CREATE TABLE device_alarms (
    alarm_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    location_id text NOT NULL,
    till_id text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('token_used_twice', 'key_of_another')),
    key_sha256 bytea NOT NULL CHECK (octet_length(key_sha256) = 32),
    raised_at timestamptz NOT NULL,
    closed_at timestamptz,
    FOREIGN KEY (location_id, till_id) REFERENCES devices
);

-- A thief who tries for hours is one alarm for each key that he tries, and few of those.
CREATE UNIQUE INDEX device_alarms_open ON device_alarms (location_id, till_id, kind)
    WHERE closed_at IS NULL;

-- An epoch that went back would let a stolen device pass for the one that replaced it.
CREATE FUNCTION guard_device() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.location_id, NEW.till_id) <> (OLD.location_id, OLD.till_id)
        OR NEW.epoch < OLD.epoch
        OR NEW.highest_epoch < OLD.highest_epoch
        OR NEW.list_number <= OLD.list_number THEN
        RAISE EXCEPTION 'device %/% keeps its name, and its numbers never go back',
                OLD.location_id, OLD.till_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER devices_guard BEFORE UPDATE ON devices
    FOR EACH ROW EXECUTE FUNCTION guard_device();
ALTER TABLE devices ENABLE ALWAYS TRIGGER devices_guard;

CREATE FUNCTION guard_device_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.location_id <> OLD.location_id OR NEW.number <= OLD.number THEN
        RAISE EXCEPTION 'the list of % has a number that only rises', OLD.location_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER device_lists_guard BEFORE UPDATE ON device_lists
    FOR EACH ROW EXECUTE FUNCTION guard_device_list();
ALTER TABLE device_lists ENABLE ALWAYS TRIGGER device_lists_guard;

-- What was issued stays what it was, and what was revoked stays revoked.
CREATE FUNCTION guard_device_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL
        OR (to_jsonb(NEW) - 'revoked_at') <> (to_jsonb(OLD) - 'revoked_at') THEN
        RAISE EXCEPTION 'a certificate is revoked once, and changed never'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER device_certificates_guard BEFORE UPDATE ON device_certificates
    FOR EACH ROW EXECUTE FUNCTION guard_device_certificate();
ALTER TABLE device_certificates ENABLE ALWAYS TRIGGER device_certificates_guard;

-- A voucher is spent once and for one certificate, or cancelled for good.
CREATE FUNCTION guard_device_voucher() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.spent_for IS NOT NULL AND NEW.spent_for IS DISTINCT FROM OLD.spent_for)
        OR (OLD.cancelled_at IS NOT NULL)
        OR (to_jsonb(NEW) - ARRAY['spent_for', 'cancelled_at'])
            <> (to_jsonb(OLD) - ARRAY['spent_for', 'cancelled_at']) THEN
        RAISE EXCEPTION 'a voucher is spent once, or cancelled, and changed never'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER device_vouchers_guard BEFORE UPDATE ON device_vouchers
    FOR EACH ROW EXECUTE FUNCTION guard_device_voucher();
ALTER TABLE device_vouchers ENABLE ALWAYS TRIGGER device_vouchers_guard;

CREATE FUNCTION refuse_to_forget_device() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% forgets nothing: % is refused', TG_TABLE_NAME, lower(TG_OP)
        USING ERRCODE = 'restrict_violation', HINT = 'Revoke the device.';
END $$;

CREATE TRIGGER devices_are_kept BEFORE DELETE OR TRUNCATE ON devices
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget_device();
ALTER TABLE devices ENABLE ALWAYS TRIGGER devices_are_kept;
CREATE TRIGGER device_lists_are_kept BEFORE DELETE OR TRUNCATE ON device_lists
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget_device();
ALTER TABLE device_lists ENABLE ALWAYS TRIGGER device_lists_are_kept;
CREATE TRIGGER device_certificates_are_kept BEFORE DELETE OR TRUNCATE ON device_certificates
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget_device();
ALTER TABLE device_certificates ENABLE ALWAYS TRIGGER device_certificates_are_kept;
CREATE TRIGGER device_vouchers_are_kept BEFORE DELETE OR TRUNCATE ON device_vouchers
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget_device();
ALTER TABLE device_vouchers ENABLE ALWAYS TRIGGER device_vouchers_are_kept;
CREATE TRIGGER device_alarms_are_kept BEFORE DELETE OR TRUNCATE ON device_alarms
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_forget_device();
ALTER TABLE device_alarms ENABLE ALWAYS TRIGGER device_alarms_are_kept;

-- Published as the business tables are. Nothing that a voucher or a certificate holds goes out.
ALTER TABLE devices REPLICA IDENTITY FULL;
GRANT SELECT ON devices TO tillstream_cdc;
ALTER PUBLICATION tillstream ADD TABLE devices;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
