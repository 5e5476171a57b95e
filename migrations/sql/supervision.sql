-- Each event of the outbox is repeated for screens, whatever other processes later take away from the outbox. Its
-- serial number is given after it is committed, by whoever reads first: numbers follow the order in which events became
-- visible, so that "after number n" never skips one that a slow transaction committed late.
CREATE FUNCTION tell_screens() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO public.live_event (topic, subject_id) VALUES (NEW.topic, NEW.subject_id);
    PERFORM pg_notify('cadastre_live', '');
    RETURN NULL;
END;
$$;
REVOKE ALL ON FUNCTION tell_screens() FROM PUBLIC;
CREATE TRIGGER tell_screens AFTER INSERT ON outbox_event
    FOR EACH ROW EXECUTE FUNCTION tell_screens();

GRANT SELECT, DELETE ON live_event TO cadastre_app;
GRANT UPDATE (serial) ON live_event TO cadastre_app;
GRANT USAGE ON SEQUENCE live_event_serial_seq TO cadastre_app;
GRANT SELECT, INSERT ON linked_screen, indicator_day TO cadastre_app;
GRANT UPDATE (cookie_hash, bound_at, seen_at, revoked_at, revoked_by_id) ON linked_screen TO cadastre_app;
GRANT UPDATE (value, recorded_at) ON indicator_day TO cadastre_app;
-- Always, like every trigger of this register: one that a session could skip is named by `cadastre verify`.
ALTER TABLE outbox_event ENABLE ALWAYS TRIGGER tell_screens;
