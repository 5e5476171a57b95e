-- Keep every version of a row that is changed or removed, byte for byte, out of the application's reach.
-- The past table holds superseded_at first and then the columns of its table in their order: a column added
-- to a table is added to its past as well.
CREATE FUNCTION keep_past() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    moment CONSTANT timestamptz := clock_timestamp();
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.recorded_at := OLD.recorded_at;
        IF NEW IS NOT DISTINCT FROM OLD THEN
            RETURN NEW;
        END IF;
        NEW.recorded_at := moment;
    END IF;
    EXECUTE format('INSERT INTO %I SELECT $1, ($2).*', TG_TABLE_NAME || '_past') USING moment, OLD;
    RETURN CASE TG_OP WHEN 'UPDATE' THEN NEW ELSE OLD END;
END
$$;
