-- What was said in a dossier stays said; what is only derived, awaited or read may change.
GRANT SELECT ON catalogue_entry, dossier_standing, message, message_reading, assignment, absence, presence,
    counter_confirmation, notification TO cadastre_app;
GRANT USAGE ON SEQUENCE dossier_number_seq TO cadastre_app;
GRANT INSERT ON catalogue_entry, dossier_standing, message, message_reading, assignment, absence, presence,
    counter_confirmation, notification TO cadastre_app;
GRANT UPDATE ON dossier_standing, message_reading, presence TO cadastre_app;
GRANT UPDATE (ends_at) ON assignment TO cadastre_app;
GRANT UPDATE (ends_on) ON absence TO cadastre_app;
GRANT UPDATE (code_hash, channel, clerk_id, expires_at, failures, confirmed_at) ON counter_confirmation TO cadastre_app;
GRANT UPDATE (due_at, sent_at, attempts, failure) ON notification TO cadastre_app;
GRANT DELETE ON presence TO cadastre_app;
