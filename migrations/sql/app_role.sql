-- The application's role owns nothing, so that no request can switch a guard off.
-- It is made here only where the set-up has not made it already (a given server).
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cadastre_app') THEN
        CREATE ROLE cadastre_app NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
    END IF;
    IF NOT pg_has_role(current_user, 'cadastre_app', 'MEMBER') THEN
        EXECUTE format('GRANT cadastre_app TO %I', current_user);
    END IF;
END
$$;
GRANT USAGE ON SCHEMA public TO cadastre_app;
