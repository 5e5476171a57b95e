-- Whoever decides on ground holds it until the transaction ends, and leaves a trace of having done so.
--
-- The ground is cut into cells of a quarter degree, one row each, taken in ascending order. A plain lock
-- would do under READ COMMITTED only: a transaction whose snapshot is older than the lock would look again
-- and still not see what was committed while it waited (measured: thousands of double grants under
-- REPEATABLE READ, and hundreds where only some writers use SERIALIZABLE). Because the row is *changed*,
-- such a transaction fails with serialization_failure instead, and is tried again by its caller.
CREATE TABLE ground_cell (
    cell integer PRIMARY KEY,
    holder bigint NOT NULL -- the transaction that decided here last
) WITH (fillfactor = 50);

-- Geometries of more than 64 cells take a national lock alone, everybody else shares it.
CREATE FUNCTION lock_ground(ground geometry) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    national CONSTANT bigint := 7301;
    few CONSTANT integer := 64;
    most CONSTANT integer := 40000;
    me CONSTANT bigint := pg_current_xact_id()::text::bigint;
    first_column integer := floor(ST_XMin(ground) * 4);
    last_column integer := floor(ST_XMax(ground) * 4);
    first_row integer := floor(ST_YMin(ground) * 4);
    last_row integer := floor(ST_YMax(ground) * 4);
    cells integer := (last_column - first_column + 1) * (last_row - first_row + 1);
    one integer;
BEGIN
    IF cells IS NULL THEN
        RETURN;
    ELSIF cells > most THEN
        RAISE EXCEPTION 'ground of % cells is too large to decide on', cells
            USING ERRCODE = 'program_limit_exceeded', HINT = 'register.ground-too-large';
    ELSIF cells > few THEN
        PERFORM pg_advisory_xact_lock(national);
    ELSE
        PERFORM pg_advisory_xact_lock_shared(national);
    END IF;
    FOR one IN
        SELECT (r + 360) * 2048 + (c + 720)
        FROM generate_series(first_row, last_row) AS r,
             generate_series(first_column, last_column) AS c
        ORDER BY 1
    LOOP
        -- Marking a cell once a transaction is enough, and keeps bulk loads linear.
        UPDATE ground_cell SET holder = me WHERE cell = one AND holder <> me;
        CONTINUE WHEN FOUND;
        INSERT INTO ground_cell (cell, holder) VALUES (one, me) ON CONFLICT (cell) DO NOTHING;
        CONTINUE WHEN FOUND;
        UPDATE ground_cell SET holder = me WHERE cell = one AND holder <> me;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION lock_ground(geometry) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lock_ground(geometry) TO cadastre_app;
