-- Where perimeters are made of cells of a grid, an exclusive occupation also holds its cells, as runs of one
-- row each, and an exclusion constraint lets no cell have two holders. The rows of cell_run follow from the
-- occupation and the grid alone: the database writes them, nobody else may.

-- The grid of an occupation, by the kind of its title or application on the day its period begins; where a
-- country has a grid for each of its zones, the middle of the ground decides. Null for free perimeters.
CREATE FUNCTION grid_of(held occupation) RETURNS text
LANGUAGE sql STABLE
SET search_path = public, pg_temp
RETURN (
    SELECT g.id
    FROM parcel AS p
    LEFT JOIN title AS t ON t.id = p.title_id
    LEFT JOIN application AS a ON a.id = p.application_id
    JOIN grid_kind AS k ON k.ruleset = coalesce(t.ruleset, a.ruleset) AND k.kind = coalesce(t.kind, a.kind)
    JOIN grid AS g ON g.id = k.grid_id
    WHERE p.id = held.parcel_id
      AND held.standing = 'exclusive'
      AND held.exclusivity_group <> 'none'
      AND k.period @> coalesce(lower(held.period), '-infinity')
    ORDER BY greatest(
        g.west - (ST_XMin(held.geom) + ST_XMax(held.geom)) / 2,
        (ST_XMin(held.geom) + ST_XMax(held.geom)) / 2 - g.east,
        0
    ), g.id
    LIMIT 1
);

-- The cells that ground enters, with the part of each that it covers. Lines are whole divisions where the
-- step divides one unit, so that each line of a 30" grid has one number, whichever cell asks for it.
CREATE FUNCTION grid_cells(ground geometry, grid_id text)
RETURNS TABLE ("row" bigint, "column" bigint, share double precision)
LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp
AS $$
DECLARE
    most CONSTANT integer := 50000;
    one grid;
    shape geometry;
    per_width double precision;
    per_height double precision;
BEGIN
    SELECT * INTO STRICT one FROM grid WHERE id = grid_id;
    shape := ST_MakeValid(ST_Transform(ground, one.srid));
    per_width := CASE WHEN one.width < 1 AND abs(1 / one.width - round(1 / one.width)) < 1e-6
                      THEN round(1 / one.width) ELSE 0 END;
    per_height := CASE WHEN one.height < 1 AND abs(1 / one.height - round(1 / one.height)) < 1e-6
                       THEN round(1 / one.height) ELSE 0 END;
    IF (ST_XMax(shape) - ST_XMin(shape)) / one.width * (ST_YMax(shape) - ST_YMin(shape)) / one.height > most THEN
        RAISE EXCEPTION 'ground enters more than % cells', most
            USING ERRCODE = 'program_limit_exceeded', HINT = 'register.ground-too-large';
    END IF;
    RETURN QUERY
    WITH band AS (
        SELECT r,
               CASE WHEN per_height > 0 THEN r / per_height ELSE r * one.height END AS south,
               CASE WHEN per_height > 0 THEN (r + 1) / per_height ELSE (r + 1) * one.height END AS north
        FROM generate_series(
            floor(ST_YMin(shape) / one.height)::bigint, floor(ST_YMax(shape) / one.height)::bigint
        ) AS r
    ), strip AS (
        SELECT r, south, north, ST_CollectionExtract(ST_Intersection(shape, ST_MakeEnvelope(
                   ST_XMin(shape) - 1, south, ST_XMax(shape) + 1, north, one.srid)), 3) AS geom
        FROM band
    ), cell AS (
        SELECT r, c, strip.geom, ST_MakeEnvelope(
                   CASE WHEN per_width > 0 THEN c / per_width ELSE c * one.width END, south,
                   CASE WHEN per_width > 0 THEN (c + 1) / per_width ELSE (c + 1) * one.width END, north,
                   one.srid) AS box
        FROM strip, generate_series(
            floor(ST_XMin(strip.geom) / one.width)::bigint, floor(ST_XMax(strip.geom) / one.width)::bigint
        ) AS c
    )
    SELECT r, c, ST_Area(ST_Intersection(cell.geom, box)) / ST_Area(box) FROM cell;
END
$$;

-- The runs of cells that ground covers whole, forgiving one hundredth of a cell for printed corners.
CREATE FUNCTION grid_runs(ground geometry, grid_id text) RETURNS TABLE ("row" bigint, columns int8range)
LANGUAGE sql STABLE
SET search_path = public, pg_temp
AS $$
    SELECT island."row", int8range(min(island."column"), max(island."column") + 1)
    FROM (
        SELECT c."row", c."column",
               c."column" - row_number() OVER (PARTITION BY c."row" ORDER BY c."column") AS place
        FROM grid_cells(ground, grid_id) AS c
        WHERE c.share >= 0.99
    ) AS island
    GROUP BY island."row", island.place
$$;

-- Write the runs of an occupation anew. It asks for nothing but which one: whoever calls it changes nothing
-- that does not follow from the occupation itself.
CREATE FUNCTION hold_cells(occupation_id bigint) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    held occupation;
    its_grid text;
    blocking record;
BEGIN
    SELECT * INTO held FROM occupation AS o WHERE o.id = hold_cells.occupation_id;
    its_grid := grid_of(held);
    IF EXISTS (SELECT FROM cell_run AS r WHERE r.occupation_id = held.id) THEN
        PERFORM lock_ground(held.geom);
        DELETE FROM cell_run AS r WHERE r.occupation_id = held.id;
    END IF;
    IF its_grid IS NULL THEN
        RETURN;
    END IF;
    -- The ordered row locks come first, so that no two writers ever wait for each other's runs.
    PERFORM lock_ground(held.geom);
    BEGIN
        INSERT INTO cell_run (occupation_id, exclusivity_group, grid_id, "row", columns, period)
        SELECT held.id, held.exclusivity_group, its_grid, c."row", c.columns, held.period
        FROM grid_runs(held.geom, its_grid) AS c;
    EXCEPTION WHEN exclusion_violation THEN
        SELECT coalesce(t.number, a.number) AS occupant,
               sum(upper(r.columns * c.columns) - lower(r.columns * c.columns)) AS cells
        INTO blocking
        FROM grid_runs(held.geom, its_grid) AS c
        JOIN cell_run AS r ON r.grid_id = its_grid AND r.exclusivity_group = held.exclusivity_group
         AND r."row" = c."row" AND r.columns && c.columns AND r.period && held.period
        JOIN occupation AS o ON o.id = r.occupation_id
        JOIN parcel AS p ON p.id = o.parcel_id
        LEFT JOIN title AS t ON t.id = p.title_id
        LEFT JOIN application AS a ON a.id = p.application_id
        GROUP BY o.id, t.number, a.number
        ORDER BY o.id
        LIMIT 1;
        IF NOT FOUND THEN
            -- Held by somebody this snapshot is too old to see: to be tried again.
            RAISE EXCEPTION 'cells were taken meanwhile' USING ERRCODE = 'serialization_failure';
        END IF;
        RAISE EXCEPTION '% cells are already held by %', blocking.cells, blocking.occupant
            USING ERRCODE = 'exclusion_violation',
                  CONSTRAINT = 'ex_cell_run_cells',
                  TABLE = 'cell_run',
                  DETAIL = json_build_object('occupant', blocking.occupant, 'cells', blocking.cells)::text,
                  HINT = 'register.cells-held';
    END;
END
$$;
REVOKE ALL ON FUNCTION hold_cells(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hold_cells(bigint) TO cadastre_app;

-- Ground of a grid kind is made of whole cells. Only the owner may bring in what an older register holds
-- otherwise; where ground is carried on (a renewal, a transfer) such ground lives on as it is.
CREATE FUNCTION ensure_whole_cells(held occupation, is_carried_on boolean) RETURNS void
LANGUAGE plpgsql STABLE
SET search_path = public, pg_temp
AS $$
DECLARE
    its_grid CONSTANT text := grid_of(held);
    broken bigint;
BEGIN
    IF its_grid IS NULL OR is_carried_on
       OR pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'occupation'::regclass), 'MEMBER')
    THEN
        RETURN;
    END IF;
    SELECT count(*) INTO broken FROM grid_cells(held.geom, its_grid) WHERE share > 0.01 AND share < 0.99;
    IF broken > 0 THEN
        RAISE EXCEPTION 'ground enters % cells without covering them', broken
            USING ERRCODE = 'check_violation',
                  CONSTRAINT = 'ck_occupation_whole_cells',
                  TABLE = 'occupation',
                  DETAIL = json_build_object('cells', broken)::text,
                  HINT = 'register.off-grid';
    END IF;
END
$$;

CREATE FUNCTION guard_cells() RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = public, pg_temp
AS $$
BEGIN
    PERFORM ensure_whole_cells(NEW, EXISTS (
        SELECT FROM occupation AS o
        WHERE o.geom && NEW.geom AND o.geom = NEW.geom AND grid_of(o) = grid_of(NEW)
    ));
    RETURN NEW;
END
$$;

-- All rows of a statement let go before the first of them takes: one may give cells to another.
CREATE FUNCTION release_cells() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE'
       OR (NEW.parcel_id, NEW.exclusivity_group, NEW.period, NEW.standing, NEW.geom)
          IS DISTINCT FROM (OLD.parcel_id, OLD.exclusivity_group, OLD.period, OLD.standing, OLD.geom)
    THEN
        IF EXISTS (SELECT FROM cell_run WHERE occupation_id = OLD.id) THEN
            PERFORM lock_ground(OLD.geom);
            DELETE FROM cell_run WHERE occupation_id = OLD.id;
        END IF;
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END
$$;

CREATE FUNCTION take_cells() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
BEGIN
    IF TG_OP = 'INSERT'
       OR (NEW.parcel_id, NEW.exclusivity_group, NEW.period, NEW.standing, NEW.geom)
          IS DISTINCT FROM (OLD.parcel_id, OLD.exclusivity_group, OLD.period, OLD.standing, OLD.geom)
    THEN
        PERFORM hold_cells(NEW.id);
    END IF;
    RETURN NULL;
END
$$;

-- The kind of a title, or whose a parcel is, decides whether its ground is held in cells.
CREATE FUNCTION follow_cells() RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = public, pg_temp
AS $$
DECLARE
    held occupation;
BEGIN
    FOR held IN
        SELECT o.* FROM occupation AS o JOIN parcel AS p ON p.id = o.parcel_id
        WHERE NEW.id = CASE TG_TABLE_NAME WHEN 'parcel' THEN p.id
                                          WHEN 'title' THEN p.title_id
                                          ELSE p.application_id END
        ORDER BY o.id
    LOOP
        PERFORM ensure_whole_cells(held, false);
        PERFORM hold_cells(held.id);
    END LOOP;
    RETURN NULL;
END
$$;

-- By their names the cells are asked before the ground: their refusal says how many cells, and whose.
CREATE TRIGGER cells_guard BEFORE INSERT OR UPDATE ON occupation
    FOR EACH ROW WHEN (NEW.standing = 'exclusive' AND NEW.exclusivity_group <> 'none') EXECUTE FUNCTION guard_cells();
CREATE TRIGGER cells_release BEFORE UPDATE OR DELETE ON occupation
    FOR EACH ROW EXECUTE FUNCTION release_cells();
CREATE TRIGGER cells_take AFTER INSERT OR UPDATE ON occupation
    FOR EACH ROW WHEN (NEW.standing = 'exclusive' AND NEW.exclusivity_group <> 'none') EXECUTE FUNCTION take_cells();
CREATE TRIGGER cells_follow AFTER UPDATE OF title_id, application_id ON parcel
    FOR EACH ROW EXECUTE FUNCTION follow_cells();
CREATE TRIGGER cells_follow AFTER UPDATE OF kind, ruleset ON title
    FOR EACH ROW EXECUTE FUNCTION follow_cells();
CREATE TRIGGER cells_follow AFTER UPDATE OF kind, ruleset ON application
    FOR EACH ROW EXECUTE FUNCTION follow_cells();
ALTER TABLE occupation ENABLE ALWAYS TRIGGER cells_guard;
ALTER TABLE occupation ENABLE ALWAYS TRIGGER cells_release;
ALTER TABLE occupation ENABLE ALWAYS TRIGGER cells_take;
ALTER TABLE parcel ENABLE ALWAYS TRIGGER cells_follow;
ALTER TABLE title ENABLE ALWAYS TRIGGER cells_follow;
ALTER TABLE application ENABLE ALWAYS TRIGGER cells_follow;
