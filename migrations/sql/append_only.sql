-- What was said stays said: these rows are added, and nobody changes or removes one, the owner included.
CREATE FUNCTION refuse_rewriting() RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = public, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege', TABLE = TG_TABLE_NAME, HINT = 'log.append-only';
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_node
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log_key
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
-- Replication and restore tools skip ordinary triggers; these they may not.
ALTER TABLE journal_entry ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE log_leaf ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE log_node ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE log_head ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE log_key ENABLE ALWAYS TRIGGER append_only;

-- A row as text, the same in every session: what the log binds besides the journal. Empty columns say nothing,
-- so that a column added later leaves old rows as they were; ground is told by its exact bytes, since GeoJSON
-- rounds. The columns of a past version that its table does not have are left out.
CREATE FUNCTION row_state(version anyelement, ground geometry) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
SET search_path = public, pg_temp
SET timezone = 'UTC'
SET extra_float_digits = 1
AS $$
    SELECT jsonb_strip_nulls(to_jsonb(version) - 'geom' - 'superseded_at')::text
        || coalesce(encode(ST_AsEWKB(ground, 'NDR'), 'hex'), '')
$$;

-- Only the sealer writes the log; web processes read it, and never the salts.
REVOKE ALL ON log_leaf, log_node, log_head, log_key FROM cadastre_app;
GRANT SELECT ON log_node, log_head, log_key TO cadastre_app;
GRANT SELECT (position, journal_entry_id, content, leaf_hash, recorded_at) ON log_leaf TO cadastre_app;
