-- Orders of exports and the bytes they made are work, not register: the application may drop them.
GRANT SELECT, INSERT, UPDATE, DELETE ON export_job TO cadastre_app;
GRANT SELECT, INSERT, DELETE ON export_piece TO cadastre_app;
