"""Named, typed, ordered questions to PostGIS: the read model, its permission filter and its date."""
