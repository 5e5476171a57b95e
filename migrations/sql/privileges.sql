-- Facts of law and history are added, never changed: no UPDATE, DELETE or TRUNCATE on them.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO cadastre_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO cadastre_app;
GRANT INSERT ON
    party, account, mandate, api_token, dossier, step, document, stored_file, draft,
    title, share, title_relation, application, zone, work, parcel, occupation,
    journal_entry, outbox_event, idempotency_key
TO cadastre_app;
GRANT UPDATE ON
    party, account, mandate, api_token, dossier, document, draft,
    title, share, zone, work, parcel, occupation, idempotency_key
TO cadastre_app;
-- Of an application only its outcome is ever written later; its instant and rank stay.
GRANT UPDATE (closed_at, outcome, name) ON application TO cadastre_app;
GRANT DELETE ON draft, idempotency_key, outbox_event TO cadastre_app;
