-- What row_state says, for many rows and all their versions at once: settings are made once a call instead of
-- once a row, and no ground is written as GeoJSON only to be thrown away. Both must tell the same text:
-- tests/queries/test_row_states.py holds every remembered table against it.
CREATE FUNCTION row_states(place text, keys bigint[])
RETURNS TABLE (key bigint, state text, is_present boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = public, pg_temp
SET timezone = 'UTC'
SET extra_float_digits = 1
SET jit = off
AS $$
DECLARE
    version text;
    ground text;
BEGIN
    SELECT string_agg(format('v.%I', attname), ', ' ORDER BY attnum) FILTER (WHERE attname <> 'geom'),
        coalesce(max('coalesce(encode(ST_AsEWKB(v.geom, ''NDR''), ''hex''), '''')')
            FILTER (WHERE attname = 'geom'), '''''')
    INTO version, ground
    FROM pg_attribute
    WHERE attrelid = place::regclass AND attnum > 0 AND NOT attisdropped;
    RETURN QUERY EXECUTE format(
        'SELECT v.id, jsonb_strip_nulls(to_jsonb(c))::text || %1$s, true
         FROM %2$I v CROSS JOIN LATERAL (SELECT %3$s) c WHERE v.id = ANY($1)
         UNION ALL
         SELECT v.id, jsonb_strip_nulls(to_jsonb(c))::text || %1$s, false
         FROM %4$I v CROSS JOIN LATERAL (SELECT %3$s) c WHERE v.id = ANY($1)',
        ground, place, version, place || '_past'
    ) USING keys;
END
$$;
