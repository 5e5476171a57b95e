-- Names as people type them: no accents, no capitals. unaccent() alone is not IMMUTABLE because its
-- dictionary could change; naming the dictionary makes it safe enough to index.
CREATE FUNCTION searchable(words text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(public.unaccent('public.unaccent'::regdictionary, words));
