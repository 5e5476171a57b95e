-- Two exclusive occupations of one group never share ground and time, whoever writes, and how.

-- Mean width of shared ground, in metres: twice its area over its perimeter, of its widest piece, so that
-- a long sliver cannot hide a small real overlap beside it. Sides are straight in longitude and latitude
-- (the edge model of the register), so they are followed by steps of about a kilometre before being measured
-- on the ellipsoid: measured between far corners, a sliver of a hand's breadth would look like hectares.
CREATE FUNCTION mean_width_m(strip geometry) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = public, pg_temp
RETURN (
    SELECT max(2 * ST_Area(g) / nullif(ST_Perimeter(g), 0))
    FROM ST_Dump(ST_CollectionExtract(strip, 3)) AS piece,
         LATERAL (SELECT ST_Segmentize(piece.geom, 0.01)::geography AS g) AS followed
);

-- Overlaps up to this mean width come from rounded corners: allowed, listed, never silent.
CREATE FUNCTION technical_width_m() RETURNS double precision
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN 0.05;

CREATE FUNCTION guard_occupation() RETURNS trigger
LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = public, pg_temp
AS $$
DECLARE
    blocking record;
BEGIN
    IF NEW.standing <> 'exclusive' OR NEW.exclusivity_group = 'none' THEN
        RETURN NULL;
    END IF;
    PERFORM lock_ground(NEW.geom);
    -- A statement of its own, so that it sees what was committed while the lock was awaited.
    SELECT o.id, coalesce(t.number, a.number, z.code) AS occupant
    INTO blocking
    FROM occupation AS o
    LEFT JOIN parcel AS p ON p.id = o.parcel_id
    LEFT JOIN title AS t ON t.id = p.title_id
    LEFT JOIN application AS a ON a.id = p.application_id
    LEFT JOIN zone AS z ON z.id = o.zone_id
    WHERE o.geom && NEW.geom
      AND o.id <> NEW.id
      AND o.standing = 'exclusive'
      AND o.exclusivity_group = NEW.exclusivity_group
      AND o.period && NEW.period
      AND ST_Relate(o.geom, NEW.geom, '2********')
      AND mean_width_m(ST_Intersection(o.geom, NEW.geom)) > technical_width_m()
    ORDER BY o.id
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ground is already occupied by %', blocking.occupant
            USING ERRCODE = 'exclusion_violation',
                  CONSTRAINT = 'ex_occupation_ground',
                  TABLE = 'occupation',
                  DETAIL = blocking.occupant,
                  HINT = 'register.ground-occupied';
    END IF;
    RETURN NULL;
END
$$;

-- Where an older register already holds an overlap, only the owner may say so; a request never can.
CREATE FUNCTION guard_standing() RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = public, pg_temp
AS $$
BEGIN
    IF NEW.standing = 'legacy'
       AND NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
    THEN
        RAISE EXCEPTION 'only an import by the owner may record a legacy overlap'
            USING ERRCODE = 'insufficient_privilege', CONSTRAINT = 'ck_occupation_legacy';
    END IF;
    IF NEW.standing = 'second-rank' AND NEW.occupant <> 'application' THEN
        RAISE EXCEPTION 'only an application can wait behind an earlier rank'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_occupation_second_rank';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER guard_standing BEFORE INSERT OR UPDATE ON occupation
    FOR EACH ROW EXECUTE FUNCTION guard_standing();
CREATE CONSTRAINT TRIGGER guard_occupation AFTER INSERT OR UPDATE ON occupation
    FOR EACH ROW EXECUTE FUNCTION guard_occupation();
-- Replication and restore tools skip ordinary triggers; this one they may not.
ALTER TABLE occupation ENABLE ALWAYS TRIGGER guard_standing;
ALTER TABLE occupation ENABLE ALWAYS TRIGGER guard_occupation;
