-- An inherited overlap is worked off: its ground may end, or give way to less of the same ground, but a
-- request can never make one, move one or let one grow.
-- True when a legacy occupation only ends earlier, or follows at once on one of the same title and group
-- whose ground covers it, up to the technical width.
CREATE FUNCTION is_less_of_legacy(fresh occupation, before occupation) RETURNS boolean
LANGUAGE sql STABLE
SET search_path = public, pg_temp
RETURN CASE
    WHEN before.id IS NOT NULL THEN
        before.standing = 'legacy'
        AND fresh.parcel_id = before.parcel_id
        AND fresh.exclusivity_group = before.exclusivity_group
        AND fresh.period <@ before.period
        AND fresh.geom = before.geom
    ELSE EXISTS (
        SELECT
        FROM parcel AS mine
        JOIN parcel AS former ON former.title_id = mine.title_id AND former.id <> mine.id
        JOIN occupation AS o ON o.parcel_id = former.id
        WHERE mine.id = fresh.parcel_id
          AND o.standing = 'legacy'
          AND o.exclusivity_group = fresh.exclusivity_group
          AND upper(o.period) = lower(fresh.period)
          AND coalesce(mean_width_m(ST_Difference(fresh.geom, o.geom)), 0) <= technical_width_m()
    )
END;

CREATE OR REPLACE FUNCTION guard_standing() RETURNS trigger
LANGUAGE plpgsql VOLATILE
SET search_path = public, pg_temp
AS $$
BEGIN
    IF NEW.standing = 'legacy'
       AND NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
       AND NOT is_less_of_legacy(NEW, CASE TG_OP WHEN 'UPDATE' THEN OLD END)
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
