-- Readers of events begin with what happens from now on: nobody followed anything before.
INSERT INTO event_reader (reader, serial) SELECT 'areas', coalesce(max(serial), 0) FROM live_event;

GRANT SELECT ON event_reader TO cadastre_app;
GRANT UPDATE (serial) ON event_reader TO cadastre_app;
GRANT SELECT, INSERT, DELETE ON public_event, area_watch, area_notice TO cadastre_app;
GRANT UPDATE (confirm_hash, expires_at, confirmed_at, told_at, paused_at) ON area_watch TO cadastre_app;
GRANT UPDATE (due_at, sent_at, attempts, failure) ON area_notice TO cadastre_app;
