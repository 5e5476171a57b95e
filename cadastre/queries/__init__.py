"""Named, typed, ordered questions to PostGIS: the read model, filtered by viewer and date."""
