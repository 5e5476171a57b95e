-- Same rule as before: facts are added, never changed; the past and the signed heads are only read.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO cadastre_app;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO cadastre_app;
GRANT INSERT ON charge, remnant_bundle, overlap_case, opening, sealed_filing, log_leaf, log_head,
    granting_stop TO cadastre_app;
GRANT UPDATE ON charge, overlap_case TO cadastre_app;
GRANT UPDATE (chosen_at, chosen_parcel_id) ON remnant_bundle TO cadastre_app;
GRANT UPDATE (seed_source, seed, drawn_at) ON opening TO cadastre_app;
GRANT UPDATE (place, application_id) ON sealed_filing TO cadastre_app;
GRANT UPDATE (lifted_at, lifted_by_id, lifting_reason) ON granting_stop TO cadastre_app;
REVOKE ALL ON ground_cell FROM cadastre_app;
