-- A certificate says for ever what it said: it is never removed, only its state changes, and it never becomes valid
-- again. A superseded one may still be revoked.
CREATE FUNCTION certificate_ends_once() RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state <> 'revoked' AND NEW.state <> 'valid' AND NEW.state <> OLD.state
            AND to_jsonb(NEW) - '{state,state_reason,state_changed_at}'::text[]
              = to_jsonb(OLD) - '{state,state_reason,state_changed_at}'::text[]
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a certificate is superseded or revoked, never changed or removed'
        USING ERRCODE = 'insufficient_privilege', TABLE = TG_TABLE_NAME, HINT = 'certificates.ends-once';
END
$$;

CREATE TRIGGER certificate_ends_once BEFORE UPDATE OR DELETE ON certificate
    FOR EACH ROW EXECUTE FUNCTION certificate_ends_once();
CREATE TRIGGER certificate_stays BEFORE TRUNCATE ON certificate
    FOR EACH STATEMENT EXECUTE FUNCTION certificate_ends_once();
ALTER TABLE certificate ENABLE ALWAYS TRIGGER certificate_ends_once;
ALTER TABLE certificate ENABLE ALWAYS TRIGGER certificate_stays;

GRANT SELECT, INSERT ON certificate TO cadastre_app;
GRANT UPDATE (state, state_reason, state_changed_at) ON certificate TO cadastre_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO cadastre_app;
