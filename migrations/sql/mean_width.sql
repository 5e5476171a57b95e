-- Mean width of shared ground, never more than that of a circle of its outline. The area of a triangle of
-- rounding errors, nanometres a side, comes out as noise; divided by such an outline it made metres, and
-- neighbours that only touch were refused (nine pairs of a real register of 3,500 rights).
CREATE OR REPLACE FUNCTION mean_width_m(strip geometry) RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = public, pg_temp
RETURN (
    SELECT max(least(2 * ST_Area(g) / nullif(ST_Perimeter(g), 0), ST_Perimeter(g) / (2 * pi())))
    FROM ST_Dump(ST_CollectionExtract(strip, 3)) AS piece,
         LATERAL (SELECT ST_Segmentize(piece.geom, 0.01)::geography AS g) AS followed
);
