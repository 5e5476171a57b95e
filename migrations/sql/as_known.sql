-- The register as it was known at an instant: the same tables under the same names, in a schema of their own.
-- A reader who puts it in front of the search path and names the instant asks every ordinary question of the
-- past; nothing else has to know that there is one.
CREATE SCHEMA as_known;
CREATE FUNCTION as_known.moment() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN current_setting('cadastre.known_at')::timestamptz;
GRANT USAGE ON SCHEMA as_known TO cadastre_app;
